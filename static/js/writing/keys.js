// Enter and Tab in lists. Tab elsewhere leaves the box as everywhere on the web; in a list Escape
// before it does, so nobody who types is ever caught in here.

import { put } from "../typing.js";
import { goOn, move } from "./lists.js";

/** Watch a box. */
export function watch(box) {
  let isLeaving = false; // Escape was the last key
  let isShift = false;
  const apply = (event, change) => {
    if (!change) return;
    event.preventDefault();
    put(box, change);
  };
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
    isShift = event.shiftKey;
    if (event.key === "Tab" && !isLeaving && !box.readOnly && !event.ctrlKey && !event.altKey && !event.metaKey) {
      apply(event, move(box.value, box.selectionStart, box.selectionEnd, event.shiftKey ? -1 : 1));
    }
    if (event.key !== "Shift") isLeaving = event.key === "Escape";
  });
  // Not by the key: the keyboards of phones tell of new lines, but not of Enter.
  box.addEventListener("beforeinput", (event) => {
    if (!["insertLineBreak", "insertParagraph"].includes(event.inputType) || event.isComposing || isShift) return;
    apply(event, goOn(box.value, box.selectionStart, box.selectionEnd));
  });
}
