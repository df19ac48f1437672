// Everything that makes writing easier and that writing does not need: if this does not load, the
// page still keeps, saves and goes on.

import * as focus from "./focus.js";
import * as guide from "./guide.js";
import * as help from "./help.js";
import * as keys from "./keys.js";
import { togglePreview } from "./panels.js";
import * as paste from "./paste.js";
import * as toolbar from "./toolbar.js";

const box = document.querySelector("#answer");

function watchKeyboard() {
  // Where the keyboard of a phone lies over the page, the status line stays above it.
  const shown = window.visualViewport;
  const foot = document.querySelector(".editor-foot");
  if (!shown) return;
  const place = () => {
    const hidden = Math.max(0, document.documentElement.clientHeight - shown.height - shown.offsetTop);
    // Zoomed in by hand it is no keyboard, and an address bar is lower than any.
    const isKeyboard = shown.scale < 1.01 && hidden > 100;
    foot.style.setProperty("--keyboard", isKeyboard ? `${Math.round(hidden)}px` : "0px");
    foot.toggleAttribute("data-keyboard", isKeyboard);
  };
  shown.addEventListener("resize", place);
  shown.addEventListener("scroll", place);
}

guide.start();
focus.start();
help.start(box);
watchKeyboard();
if (box.name) {
  toolbar.start(box);
  keys.watch(box);
  paste.watch(box);
}
document.querySelector(".pane-editor").addEventListener("keydown", (event) => {
  if (event.code !== "KeyP" || !event.shiftKey || event.altKey || event.ctrlKey === event.metaKey) return;
  event.preventDefault();
  togglePreview();
});
