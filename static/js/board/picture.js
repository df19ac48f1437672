// The outline's picture, in a frame: mermaid writes styles into it, which only this page allows. The
// page around sends a new source by the event "mlsd:source" on this document.

import { draw } from "../../vendor/whiteboard/picture.js";

const root = document.documentElement;
const place = document.querySelector("#picture");
const word = document.querySelector("#word");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

let source = JSON.parse(document.querySelector("#source").textContent);
let under = Promise.resolve(); // mermaid draws one after the other

async function redraw() {
  const wanted = source;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  place.hidden = !wanted;
  word.textContent = wanted ? "" : "There is nothing to draw yet.";
  if (!wanted) return;
  try {
    await draw(place, wanted, { isDark });
  } catch {
    place.hidden = true;
    word.textContent = "This cannot be drawn. The outline itself is what counts.";
  }
  document.body.dataset.ready = "";
  window.frameElement?.dispatchEvent(new window.parent.Event("mlsd:drawn"));
}

function soon() {
  under = under.then(redraw);
}

document.addEventListener("mlsd:source", ({ detail }) => {
  source = detail;
  soon();
});
new MutationObserver(soon).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
dark.addEventListener("change", soon);
soon();
