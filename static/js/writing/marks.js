// What the buttons of the toolbar do. Pure: each takes the text and the selection, and gives a
// change for typing.js. Pressed on what it has made, a button takes it away again.

import { linesAround } from "./lines.js";

const LIST = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/u;

function isWord(letter) {
  return letter !== undefined && /[\p{L}\p{N}_'’-]/u.test(letter);
}

/** The selection without blanks at its ends; without a selection, the word that one stands in. */
function meant(value, start, end) {
  if (start === end) {
    while (isWord(value[start - 1])) start -= 1;
    while (isWord(value[end])) end += 1;
    return { start, end };
  }
  while (start < end && /\s/u.test(value[start])) start += 1;
  while (end > start && /\s/u.test(value[end - 1])) end -= 1;
  return { start, end };
}

/** Whether the caret stands behind the last word of what a sign has opened, before its end. */
function isAtEnd(value, at, sign) {
  const before = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
  const isOpen = before.split(sign).length % 2 === 0;
  return isOpen && !before.endsWith(sign) && value.slice(at, at + sign.length) === sign;
}

function wrap(sign) {
  return (value, from, to) => {
    // Sign, words, sign: whoever types on presses the same keys to leave it.
    const behind = from + sign.length;
    if (from === to && isAtEnd(value, from, sign)) return { from: behind, to: behind, text: "", start: behind, end: behind };
    const { start, end } = meant(value, from, to);
    const inner = value.slice(start, end);
    const size = sign.length;
    const isAround = value.slice(start - size, start) === sign && value.slice(end, end + size) === sign;
    if (isAround && start >= size) {
      const left = start - size;
      return { from: left, to: end + size, text: inner, start: from - size, end: to - size };
    }
    if (inner.length > 2 * size && inner.startsWith(sign) && inner.endsWith(sign)) {
      const bare = inner.slice(size, -size);
      return { from: start, to: end, text: bare, start, end: start + bare.length };
    }
    const isCaret = from === to;
    return {
      from: start,
      to: end,
      text: sign + inner + sign,
      start: (isCaret ? from : start) + size,
      end: (isCaret ? to : end) + size,
    };
  };
}

function code(value, start, end) {
  if (!value.slice(start, end).trim().includes("\n")) return wrap("`")(value, start, end);
  const { from, to } = linesAround(value, start, end);
  const text = value.slice(from, to);
  const fenced = /^```[^\n]*\n([\s\S]*)\n```$/u.exec(text);
  const changed = fenced ? fenced[1] : `\`\`\`\n${text}\n\`\`\``;
  return { from, to, text: changed, start: from, end: from + changed.length };
}

function link(value, from, to) {
  const { start, end } = meant(value, from, to);
  const inner = value.slice(start, end);
  if (/^https?:\/\/\S+$/u.test(inner)) {
    return { from: start, to: end, text: `[](${inner})`, start: start + 1, end: start + 1 };
  }
  const at = start + inner.length + 3;
  const place = inner ? [at, at + 3] : [start + 1, start + 1];
  return { from: start, to: end, text: `[${inner}](url)`, start: place[0], end: place[1] };
}

/** A mark at the beginning of each line; `others` are the marks whose place it takes. */
function begin(mark, isMarked, others) {
  return (value, start, end) => {
    const { from, to } = linesAround(value, start, end);
    const lines = value.slice(from, to).split("\n");
    const isMeant = (line) => line.trim() || lines.length === 1;
    const isOff = lines.filter(isMeant).every((line) => isMarked.test(line));
    let count = 0;
    const changed = lines.map((line) => {
      if (!isMeant(line)) return line;
      count += 1;
      const bare = line.replace(isOff ? isMarked : others, (_, indent = "") => indent);
      if (isOff) return bare;
      const indent = /^[ \t]*/u.exec(bare)[0];
      return indent + mark(count) + bare.slice(indent.length);
    });
    const text = changed.join("\n");
    if (start !== end) return { from, to, text, start: from, end: from + text.length };
    const caret = Math.max(from, from + text.length - (to - start));
    return { from, to, text, start: caret, end: caret };
  };
}

/** Lines of their own: a blank line, or at least a new one, before and after. */
function apart(value, at, text, breaks) {
  const before = value.slice(0, at);
  const after = value.slice(at);
  const missing = (count) => "\n".repeat(Math.max(0, breaks - count));
  const head = before.trim() ? missing(/\n*$/u.exec(before)[0].length) : "";
  const tail = after.trim() ? missing(/^\n*/u.exec(after)[0].length) : "";
  return { from: at, to: at, text: head + text + tail, first: at + head.length };
}

function table(value, start, end) {
  const { to } = linesAround(value, start, end);
  const text = "| Column | Column |\n| --- | --- |\n|  |  |";
  const { first, ...change } = apart(value, to, text, 2);
  return { ...change, start: first + 2, end: first + 8 };
}

function diagram(value, start, end) {
  const { from, to } = linesAround(value, start, end);
  // After "A -> B: label" it goes on from B.
  const above = /(?:->|→)\s*([^:\n]+?)\s*(?::[^\n]*)?$/u.exec(value.slice(from, to));
  const text = above ? `${above[1]} -> B: label` : "A -> B: label";
  const { first, ...change } = apart(value, to, text, 1);
  if (!above) return { ...change, start: first, end: first + 1 };
  const target = first + above[1].length + 4;
  return { ...change, start: target, end: target + 1 };
}

export const MARKS = {
  heading: begin(() => "## ", /^()#{1,6}[ \t]+/u, /^()#{1,6}[ \t]+/u),
  bold: wrap("**"),
  italic: wrap("_"),
  code,
  link,
  quote: begin(() => "> ", /^()>[ \t]?/u, /^()(?!)/u),
  bulleted: begin(() => "- ", /^([ \t]*)[-*+][ \t]+(?!\[[ xX]\])/u, LIST),
  numbered: begin((count) => `${count}. `, /^([ \t]*)\d{1,9}[.)][ \t]+/u, LIST),
  tasks: begin(() => "- [ ] ", /^([ \t]*)[-*+][ \t]+\[[ xX]\][ \t]+/u, LIST),
  table,
  diagram,
};
