// Where a place stands in the Markdown of a text.

/** The lines that a selection touches: where the first begins and the last ends. */
export function linesAround(value, start, end) {
  const from = value.lastIndexOf("\n", start - 1) + 1;
  // A selection that ends before the first letter of a line does not mean that line.
  const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
  const to = value.indexOf("\n", last);
  return { from, to: to < 0 ? value.length : to };
}

/** Whether a place stands in a fenced block of code. */
export function isInCode(value, at) {
  const fences = value.slice(0, value.lastIndexOf("\n", at - 1) + 1).match(/^ {0,3}(```|~~~)/gmu);
  return (fences?.length ?? 0) % 2 === 1;
}
