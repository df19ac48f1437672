// What Enter, Tab and Shift-Tab do in a list: it goes on, ends, moves in and out, and keeps counting.
// Pure: each takes the text and the selection, and gives a change for typing.js, or null for the
// browser's own way.

import { isInCode, linesAround } from "./lines.js";

const ITEM = /^([ \t]*)([-*+]|(\d{1,9})([.)]))([ \t]+)(\[[ xX]\](?:[ \t]+|$))?/u;

function item(line) {
  const found = ITEM.exec(line);
  if (!found) return null;
  const [prefix, indent, marker, number, delimiter, gap, box] = found;
  return { prefix, indent, marker, number, delimiter, gap, box };
}

function width(indent) {
  return indent.replaceAll("\t", "    ").length;
}

/** Where the words of an item begin, which is where what is below it must stand. */
function inside({ indent, marker, gap }) {
  return width(indent) + marker.length + (gap.length > 4 ? 1 : gap.length);
}

function indentOf(line) {
  return width(/^[ \t]*/u.exec(line)[0]);
}

/** Enter: the next item, or the end of the list where the item is empty. */
export function goOn(value, start, end) {
  const { from, to } = linesAround(value, start, start);
  const line = value.slice(from, to);
  const here = item(line);
  if (!here || start - from < here.prefix.length || isInCode(value, start)) return null;
  // With a blank line: what comes next would belong to the last item otherwise.
  if (line.length === here.prefix.length && start === end) return { from, to, text: "\n", start: from + 1, end: from + 1 };
  const marker = here.number ? `${Number(here.number) + 1}${here.delimiter}` : here.marker;
  const begun = `\n${here.indent}${marker}${here.gap}${here.box ? "[ ] " : ""}`;
  const caret = start + begun.length;
  const rest = value.slice(end).replace(/^[ \t]+/u, "");
  const typed = value.slice(0, start) + begun + rest;
  const counted = renumber(typed, caret);
  return { from: start, to: value.length, text: counted.slice(start), start: caret, end: caret };
}

/** Tab (by 1) and Shift-Tab (by -1) on the items that the selection touches, with what is below them. */
export function move(value, start, end, by) {
  const around = linesAround(value, start, end);
  const lines = value.slice(around.from, around.to).split("\n");
  const first = item(lines[0]);
  if (!first || isInCode(value, start)) return null;
  const delta = by > 0 ? room(value, around.from, first) : -excess(value, around.from, first);
  if (delta === 0) return by > 0 ? { from: start, to: end, text: value.slice(start, end), start, end } : null;

  const below = value.slice(around.to + 1).split("\n");
  const depth = indentOf(lines.at(-1));
  if (around.to < value.length) {
    while (below.length && below[0].trim() && indentOf(below[0]) > depth) lines.push(below.shift());
  }
  const to = around.from + lines.join("\n").length;
  const moved = lines.map((line) => shift(line, delta));
  if (first.number && by > 0) moved[0] = moved[0].replace(/\d+/u, "1");
  const text = value.slice(0, around.from) + moved.join("\n") + value.slice(to);
  const counted = renumber(text, around.from);
  return {
    from: 0,
    to: value.length,
    text: counted,
    start: follow(value, counted, start),
    end: follow(value, counted, end),
  };
}

function shift(line, delta) {
  if (!line.trim()) return line;
  const rest = line.trimStart();
  return " ".repeat(Math.max(0, indentOf(line) + delta)) + rest;
}

/** How far an item may move in: under the item before it on its level. */
function room(value, from, here) {
  const depth = width(here.indent);
  for (const line of value.slice(0, from).split("\n").slice(0, -1).reverse()) {
    const above = item(line);
    if (above && width(above.indent) <= depth) return Math.max(0, inside(above) - depth);
    if (line.trim() && !above && indentOf(line) === 0) return 0;
  }
  return 0;
}

/** How far an item may move out: to the item that it is under. */
function excess(value, from, here) {
  const depth = width(here.indent);
  for (const line of value.slice(0, from).split("\n").slice(0, -1).reverse()) {
    const above = item(line);
    if (above && width(above.indent) < depth) return depth - width(above.indent);
  }
  return depth;
}

/** A place after lines changed their beginnings only: the same distance from the line's end. */
function follow(before, after, at) {
  const row = before.slice(0, at).split("\n").length - 1;
  const old = before.split("\n")[row];
  const lines = after.split("\n");
  const left = old.length - (at - (before.lastIndexOf("\n", at - 1) + 1));
  const start = lines.slice(0, row).reduce((sum, line) => sum + line.length + 1, 0);
  return start + Math.max(0, lines[row].length - left);
}

/** Count the numbered lists around a place again, from that line on; what is above it stays. */
function renumber(value, at) {
  const lines = value.split("\n");
  const row = value.slice(0, at).split("\n").length - 1;
  const belongs = (index) => {
    const line = lines[index];
    if (line === undefined) return false;
    if (line.trim()) return Boolean(item(line)) || /^[ \t]/u.test(line);
    return Boolean(lines[index + 1]?.trim()) && /^[ \t]|^\d+[.)]/u.test(lines[index + 1]);
  };
  let top = row;
  let bottom = row;
  while (belongs(top - 1)) top -= 1;
  while (belongs(bottom + 1)) bottom += 1;
  const levels = []; // outer lists first
  for (let index = top; index <= bottom; index += 1) {
    const here = item(lines[index]);
    if (!here) continue;
    const depth = width(here.indent);
    while (levels.length && levels.at(-1).depth > depth) levels.pop();
    const kind = here.delimiter ?? here.marker;
    let level = levels.at(-1);
    if (level?.depth !== depth || level.kind !== kind) {
      if (level?.depth === depth) levels.pop();
      level = { depth, kind, last: undefined, step: 1 };
      levels.push(level);
    }
    if (!here.number) continue;
    const number = Number(here.number);
    if (index < row) {
      level.step = number === level.last ? 0 : 1; // "1. 1. 1." counts by itself
      level.last = number;
    } else {
      level.last = level.last === undefined ? number : level.last + level.step;
      lines[index] = lines[index].replace(/\d+/u, String(level.last));
    }
  }
  return lines.join("\n");
}
