// The text in the plain field of the page, until the editor is there, or where it cannot be loaded.

export class Plain {
  constructor(field, { changed }) {
    this.field = field;
    field.addEventListener("input", changed);
  }

  get value() {
    return this.field.value;
  }

  get rows() {
    return this.value.split("\n");
  }

  put(text) {
    this.field.value = text;
  }

  focus() {
    this.field.focus();
  }

  goTo(line) {
    const { field, rows } = this;
    const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (rows[line - 1] ?? "").length);
    field.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(field).lineHeight));
  }

  mark() {} // their list is beside it
}
