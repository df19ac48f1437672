// The bar between guide and answer: drag it, or move it with the arrows; this device remembers it
// (remembered.js applies it to the next page).

const PLACE = "mlsd:guide";
const [LEAST, MOST, USUAL, STEP] = [20, 60, 38, 2]; // percent of the window

const panes = document.querySelector(".panes");
const bar = document.querySelector("#divider");

function show(percent) {
  const width = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
  document.documentElement.style.setProperty("--guide", `${width}%`);
  bar.setAttribute("aria-valuenow", String(width));
  bar.setAttribute("aria-valuetext", `The guide has ${width} % of the width`);
  return width;
}

function choose(percent) {
  const width = show(percent);
  try {
    if (width === USUAL) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, String(width));
  } catch {
    // Storage is forbidden: the width lasts as long as this page.
  }
}

/** Make the bar movable. */
export function start() {
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // no text is selected on the way
    bar.setPointerCapture(event.pointerId);
    bar.focus({ preventScroll: true });
  });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const { left, width } = panes.getBoundingClientRect();
    choose((100 * (event.clientX - left)) / width);
  });
  bar.addEventListener("dblclick", () => choose(USUAL));
  bar.addEventListener("keydown", (event) => {
    const now = Number(bar.getAttribute("aria-valuenow"));
    const next = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: LEAST, End: MOST, Enter: USUAL }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(next);
  });
  try {
    show(Number(localStorage.getItem(PLACE)) || USUAL);
  } catch {
    show(USUAL);
  }
}
