// Places in the answer: what somebody has selected there, by pointer or by keys, in characters as the
// server counts them, and the marks of places that were chosen before.

import { announce } from "../announce.js";

const answer = () => [...document.querySelectorAll("[data-text]")];
const count = (text) => [...text].length;

let last = null; // what was selected before a button was pressed, which may end the selection

/** The selected place {stage, start, end, quote}, each once; null when none is in one text. */
export function chosen() {
  const found = selected() ?? last;
  last = null;
  return found;
}

document.addEventListener("selectionchange", () => (last = selected() ?? last));
document.addEventListener("pointerdown", ({ target }) => {
  if (target.closest("[data-text]")) last = null;
});

function selected() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const text = answer().find((each) => each.contains(range.startContainer) && each.contains(range.endContainer));
  if (!text) return null;
  const whole = text.textContent;
  let [start, end] = [offset(text, range.startContainer, range.startOffset), offset(text, range.endContainer, range.endOffset)];
  while (start < end && /\s/.test(whole[start])) start += 1;
  while (end > start && /\s/.test(whole[end - 1])) end -= 1;
  if (start === end) return null;
  const from = count(whole.slice(0, start));
  const quote = whole.slice(start, end);
  return { stage: text.dataset.text, start: from, end: from + count(quote), quote };
}

function offset(text, node, at) {
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, at);
  return range.toString().length;
}

// --- marks ----------------------------------------------------------------------------------

/** Mark places in the answer, where the browser can without touching its text. */
export function highlight(places) {
  if (!globalThis.Highlight) return;
  CSS.highlights.set("chosen", new Highlight(...places.map(rangeOf).filter(Boolean)));
}

function rangeOf({ stage, start, end }) {
  const text = answer().find((each) => each.dataset.text === stage);
  const node = text?.firstChild;
  if (!node) return null;
  const signs = [...node.data];
  if (end > signs.length) return null;
  const range = document.createRange();
  range.setStart(node, signs.slice(0, start).join("").length);
  range.setEnd(node, signs.slice(0, end).join("").length);
  return range;
}

// --- by keys --------------------------------------------------------------------------------

/** The arrows go from sentence to sentence in a text that has the focus; with Shift they add one. */
export function reading() {
  for (const text of answer()) text.addEventListener("keydown", (event) => move(event, text));
}

function move(event, text) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const sentences = split(text.textContent);
  const found = chosenIn(text);
  const first = sentences.findIndex(({ end }) => found && end > found.start);
  const last = sentences.findLastIndex(({ start }) => found && start < found.end);
  const to = found ? (by > 0 ? last : first) + by : by > 0 ? 0 : sentences.length - 1;
  const next = sentences[Math.min(Math.max(to, 0), sentences.length - 1)];
  if (!next) return;
  const from = event.shiftKey && found ? Math.min(found.start, next.start) : next.start;
  const until = event.shiftKey && found ? Math.max(found.end, next.end) : next.end;
  document.getSelection().setBaseAndExtent(text.firstChild, from, text.firstChild, until);
  document.getSelection().focusNode.parentElement.scrollIntoView({ block: "nearest" });
  announce(text.textContent.slice(from, until));
}

function chosenIn(text) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !text.contains(selection.anchorNode)) return null;
  const range = selection.getRangeAt(0);
  return { start: offset(text, range.startContainer, range.startOffset), end: offset(text, range.endContainer, range.endOffset) };
}

function split(text) {
  const found = [];
  for (const { segment, index } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)) {
    const bare = segment.trim();
    if (!bare) continue;
    const start = index + segment.indexOf(bare);
    found.push({ start, end: start + bare.length });
  }
  return found;
}
