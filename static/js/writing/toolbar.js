// The row of buttons over the box: one stop of Tab, arrows between them, and the same by shortcut.

import { put } from "../typing.js";
import { MARKS } from "./marks.js";

const toolbar = document.querySelector("#toolbar");

/** Wire the buttons, and the keys that press them, to a box. */
export function start(box) {
  const tools = [...toolbar.querySelectorAll("button")];
  const enter = (tool) => {
    for (const each of tools) each.tabIndex = each === tool ? 0 : -1;
    tool.focus();
  };
  for (const tool of tools) {
    // The box keeps its focus, so a phone keeps its keyboard.
    tool.addEventListener("pointerdown", (event) => event.preventDefault());
    tool.addEventListener("click", () => mark(box, tool.dataset.mark));
  }
  toolbar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      box.focus();
      return;
    }
    const at = tools.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    enter(tools.at(next % tools.length));
  });
  const keys = new Map(tools.filter((tool) => tool.dataset.keys).map((tool) => [tool.dataset.keys, tool]));
  box.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "F10") {
      event.preventDefault();
      enter(tools.find((tool) => tool.tabIndex === 0));
      return;
    }
    if (event.isComposing || event.altKey || event.ctrlKey === event.metaKey) return;
    const tool = keys.get((event.shiftKey ? "Shift+" : "") + pressed(event));
    if (!tool) return;
    event.preventDefault();
    mark(box, tool.dataset.mark);
  });
  toolbar.dataset.ready = "yes";
}

/** The letter that a key means; digits, and letters where the alphabet is another, by their place. */
function pressed({ key, code }) {
  return /^[a-z]$/iu.test(key) ? key.toUpperCase() : code.replace(/^(?:Key|Digit)/u, "");
}

function mark(box, name) {
  if (box.readOnly || box.disabled) return;
  put(box, MARKS[name](box.value, box.selectionStart, box.selectionEnd));
}
