// Changes the box as if it had been typed: each change is one step of undo, and an input event
// tells the rest of the page, so that it is kept and saved.

/**
 * A change: `text` in place of what stands from `from` to `to`, then a selection; without one the
 * caret stays behind what was put in.
 * @typedef {{from: number, to: number, text: string, start?: number, end?: number}} Edit
 */

/** Carry out a change. */
export function put(box, { from, to, text, start, end }) {
  const old = box.value.slice(from, to);
  const head = shared(old, text);
  const tail = shared([...old.slice(head)].reverse().join(""), [...text.slice(head)].reverse().join(""));
  const { scrollTop } = box;
  box.focus({ preventScroll: true });
  if (old !== text) type(box, from + head, to - tail, text.slice(head, text.length - tail));
  if (start === undefined) return;
  box.setSelectionRange(start, end);
  box.scrollTop = scrollTop;
  reveal(box, end);
}

function type(box, from, to, text) {
  box.setSelectionRange(from, to);
  // The one way that keeps the browser's own undo; deprecated, and without a successor.
  const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (isDone) return;
  box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}

function shared(one, other) {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  // Never through the middle of a character of two code units.
  return /[\uD800-\uDBFF]/u.test(one[length - 1] ?? "") ? length - 1 : length;
}

/** Bring a place below the last line that shows back into view; the browser does it for typing alone. */
function reveal(box, at) {
  if (at !== box.value.length) return;
  box.scrollTop = box.scrollHeight;
}
