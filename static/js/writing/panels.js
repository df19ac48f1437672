// Switches between what can stand in the answer's place: the box, its preview, both, the whiteboard.
// A panel that is shown is told so by the event "mlsd:shown", and loads what it needs only then.

import { refresh, refreshSoon } from "./preview.js";

const PLACE = "mlsd:view"; // only side by side is remembered: the others are for a look
const WIDE = window.matchMedia("(width >= 60rem)");

const answer = document.querySelector("#answer");
const body = document.querySelector("#editor-body");
const panel = document.querySelector("#preview");
const board = document.querySelector("#board-panel");
const buttons = [...document.querySelectorAll("#views [data-view]")];

let view = "write";

function show(wanted) {
  view = wanted === "beside" && !WIDE.matches ? "write" : wanted;
  body.dataset.view = view;
  body.hidden = view === "board";
  answer.hidden = view === "preview";
  panel.hidden = view !== "preview" && view !== "beside";
  board.hidden = view !== "board";
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  document.querySelector("#editor").dataset.view = view;
  if (!panel.hidden) refresh();
  const shown = { board, preview: panel }[view];
  shown?.dispatchEvent(new CustomEvent("mlsd:shown", { bubbles: true }));
}

function choose(wanted) {
  show(wanted);
  if (view === "write" || view === "beside") answer.focus();
  remember(view === "beside");
}

/** Between the text and its preview; side by side there is nothing to switch. */
export function togglePreview() {
  choose(view === "preview" ? "write" : "preview");
  if (view === "preview") panel.focus();
}

function remember(isBeside) {
  try {
    if (isBeside) localStorage.setItem(PLACE, "beside");
    else if (view === "write") localStorage.removeItem(PLACE);
  } catch {
    // Storage is forbidden: the page opens with the box alone.
  }
}

function remembered() {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.view));
WIDE.addEventListener("change", () => {
  if (view === "beside") show("write");
  else if (view === "write" && remembered() === "beside") show("beside");
});
for (const kind of ["input", "mlsd:replaced"]) {
  answer.addEventListener(kind, () => {
    if (!panel.hidden) refreshSoon();
  });
}
answer.addEventListener("scroll", () => {
  if (view !== "beside") return;
  const share = answer.scrollTop / Math.max(1, answer.scrollHeight - answer.clientHeight);
  panel.scrollTop = share * (panel.scrollHeight - panel.clientHeight);
});
if (remembered() === "beside" && WIDE.matches) show("beside");
