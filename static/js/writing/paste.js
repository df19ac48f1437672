// Pasting that spares work: an address over words makes them a link, cells of a spreadsheet or of a
// page's table become a Markdown table. Whatever else is in the clipboard is the browser's affair,
// and so is everything while Shift is held.

import { put } from "../typing.js";
import { isInCode } from "./lines.js";

const MOST_ROWS = 200;
const MOST_COLUMNS = 30;

let isPlain = false; // Shift is held: paste what is there as it is

/** Watch a box. */
export function watch(box) {
  box.addEventListener("keydown", (event) => (isPlain = event.shiftKey));
  box.addEventListener("keyup", () => (isPlain = false));
  box.addEventListener("paste", (event) => {
    const { selectionStart: start, selectionEnd: end, value } = box;
    if (isPlain || box.readOnly || !event.clipboardData || isInCode(value, start)) return;
    const change = linked(event.clipboardData, value, start, end) ?? tabled(event.clipboardData, value, start, end);
    if (!change) return;
    event.preventDefault();
    put(box, change);
  });
}

function linked(clipboard, value, start, end) {
  const address = clipboard.getData("text/plain").trim();
  const words = value.slice(start, end);
  if (!/^(?:https?:\/\/|mailto:)\S+$/u.test(address) || !words.trim() || /\n|^https?:\/\/\S*$/u.test(words)) return null;
  if (value.slice(start - 2, start) === "](") return null;
  const text = `[${words}](${/[()]/u.test(address) ? `<${address}>` : address})`;
  return { from: start, to: end, text, start: start + text.length, end: start + text.length };
}

function tabled(clipboard, value, start, end) {
  const rows = fromPage(clipboard.getData("text/html")) ?? fromCells(clipboard.getData("text/plain"));
  if (!rows) return null;
  const before = value.slice(0, start);
  const after = value.slice(end);
  const missing = (text) => "\n".repeat(Math.max(0, 2 - text.length));
  const head = before.trim() ? missing(/\n*$/u.exec(before)[0]) : "";
  const tail = after.trim() ? missing(/^\n*/u.exec(after)[0]) : "\n";
  const text = head + markdown(rows) + tail;
  return { from: start, to: end, text, start: start + text.length, end: start + text.length };
}

/** Rows of the one table that a piece of a page is; null for anything else, so that no word is lost. */
function fromPage(html) {
  if (!/<table/iu.test(html)) return null;
  const page = new DOMParser().parseFromString(unstyled(html), "text/html");
  for (const each of page.querySelectorAll("script, title")) each.remove();
  const tables = page.querySelectorAll("table");
  if (tables.length !== 1 || page.body.textContent.trim() !== tables[0].textContent.trim()) return null;
  const rows = [...tables[0].rows].map((row) =>
    [...row.cells].flatMap((cell) => [cell.textContent, ...Array(Math.min(cell.colSpan, MOST_COLUMNS) - 1).fill("")]),
  );
  return sized(rows);
}

/** Without styles: our policy forbids them even in a page that nobody sees, and says so at each. */
function unstyled(html) {
  const bare = html.replace(/<style\b[\s\S]*?<\/style\s*>/giu, "");
  return bare.replace(/<[a-z][^>]*>/giu, (tag) => tag.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/giu, ""));
}

function fromCells(text) {
  const rows = text.replace(/\r?\n$/u, "").split(/\r?\n/u).map((line) => line.split("\t"));
  const isEven = rows.every((row) => row.length === rows[0].length);
  return rows.length > 1 && rows[0].length > 1 && isEven && rows[0].every((cell) => cell.trim()) ? sized(rows) : null;
}

function sized(rows) {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (!rows.length || rows.length > MOST_ROWS || columns < 2 || columns > MOST_COLUMNS) return null;
  return rows.map((row) => [...row, ...Array(columns - row.length).fill("")]);
}

function markdown([header, ...rows]) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text) {
  if (text === "---") return text;
  return text.trim().replace(/\s+/gu, " ").replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}
