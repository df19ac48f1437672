// The shape of a YAML text, row by row: which field stands where, and in which. It knows only what
// these documents use, and reads one that is half written, which a parser would refuse.

const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s#"'[\]{},&*!|>%@`-][^:#]*?)):(?:\s+|$)/u;
const BLOCK = /^[|>][-+0-9]*\s*(?:#.*)?$/u; // a text of several rows begins below
const NEVER = /(?!)/u;
// A text in quotation marks, and what is left of one that began in a row above.
const QUOTED = { '"': /^((?:\\.|[^"\\])*)"/u, "'": /^((?:''|[^'])*)'(?!')/u };

/** A field ("key") or an entry of a list ("item"), with what follows it in its row. */
class Node {
  constructor(kind, name, column, line, parent) {
    Object.assign(this, { kind, name, column, line, parent, value: "", children: [] });
  }

  begin(kind, name, column, line) {
    const child = new Node(kind, kind === "item" ? this.children.length : name, column, line, this);
    this.children.push(child);
    return child;
  }

  /** Names from the top down; entries of lists by their number from 0. */
  get path() {
    return this.parent ? [...this.parent.path, this.name] : [];
  }

  child(name) {
    return this.children.find((each) => each.name === name);
  }

  /** Its value, when that is a word of its row. */
  get word() {
    const quoted = QUOTED[this.value[0]]?.exec(this.value.slice(1));
    return quoted ? quoted[1] : this.value.replace(/\s+#.*$/u, "");
  }

  isIn(other) {
    return this === other || Boolean(this.parent?.isIn(other));
  }
}

export class Reader {
  constructor() {
    this.top = this.open = new Node("top", "", -1, 0, null); // open: the last that began
    this.text = null; // the column of what a text of several rows belongs to
    this.end = NEVER; // what closes that text; else it ends where rows are less indented
    this.line = 0;
  }

  row(row) {
    this.line += 1;
    const column = row.search(/\S/u);
    if (column < 0 || this.isText(row, column)) return;
    if (row[column] === "#") return;
    const { key, rest, isEntry } = this.begin(row, column);
    if (key || isEntry) this.follows(rest.trim()); // else words that go on from the row above
  }

  /** Whether a row is of a text that began above. */
  isText(row, column) {
    if (this.text !== null && column <= this.text) this.text = null; // also one that nothing closes yet
    const isText = this.text !== null;
    if (isText && this.end.test(row)) this.text = null;
    return isText;
  }

  /** Begin what a row begins: entries of lists, then a field. */
  begin(row, column) {
    let rest = row.slice(column);
    let isEntry = false;
    for (let dash = /^-(?:\s+|$)/u.exec(rest); dash; dash = /^-(?:\s+|$)/u.exec(rest)) {
      this.add("item", "", column);
      isEntry = true;
      column += dash[0].length;
      rest = rest.slice(dash[0].length);
    }
    const key = KEY.exec(rest);
    if (key) {
      this.add("key", key[1] ?? key[2] ?? key[3].trim(), column);
      rest = rest.slice(key[0].length);
    }
    return { key, rest, isEntry, column };
  }

  add(kind, name, column) {
    this.open = this.around(kind, column).begin(kind, name, column, this.line);
  }

  /** What something at that column stands in. A list may stand at the column of its field. */
  around(kind, column) {
    let node = this.open;
    const holds = () => node.column < column || (node.column === column && kind === "item" && node.kind === "key");
    while (node.parent && !holds()) node = node.parent;
    return node;
  }

  follows(value) {
    if (value.startsWith("#")) return;
    this.open.value = value;
    const closing = QUOTED[value[0]];
    if (!BLOCK.test(value) && (!closing || closing.test(value.slice(1)))) return;
    this.text = this.open.column;
    this.end = closing ?? NEVER;
  }
}

/** The whole text as a tree; gives its top. */
export function read(rows) {
  const reader = new Reader();
  for (const row of rows) reader.row(row);
  return reader.top;
}

/** The column where the row below begins: deeper when a field or a long text begins in `row`. */
export function columnBelow(above, row) {
  const reader = new Reader();
  for (const each of [...above, row]) reader.row(each);
  const { kind, column, line, value } = reader.open;
  const isLong = BLOCK.test(value);
  const begins = line === reader.line && (kind === "key" || isLong);
  if (!begins) return row.search(/\S|$/u); // below a text, a note, an entry
  return isLong || !value ? column + 2 : column;
}

/** What is being written at the end of `row`, below the rows `above`; null within words.
 *
 * `node` is what a field's name or its value is written in (`isValue`), `from` the column where the
 * word begins. An entry of a list may become either: a name, or itself a value (`isEntry`).
 * `top` is the whole text as a tree, without that word.
 */
export function placeAt(above, row, below) {
  const reader = new Reader();
  for (const each of above) reader.row(each);
  reader.line += 1;
  const column = row.search(/\S|$/u);
  if (reader.isText(row, column) || /^\s*(?:#|.*-$)/u.test(row)) return null;
  const found = reader.begin(row, column);
  const isValue = Boolean(found.key);
  if (isValue && !/\s$/u.test(found.key[0])) return null; // no blank after its colon yet
  const node = isValue || found.isEntry ? reader.open : reader.around("key", column);
  const word = /[^\s,[\]"']*$/u.exec(found.rest)[0];
  const before = found.rest.slice(0, found.rest.length - word.length);
  const isFree = isValue ? /^(?:\[(?:[^\]]*[\s,])?)?["']?$/u.test(before) : !before && !node.value;
  if (!isFree) return null;
  if (reader.open !== node) reader.open = node;
  for (const each of below) {
    reader.row(each);
    if (!reader.open.isIn(node)) break;
  }
  return { node, isValue, isEntry: found.isEntry, from: row.length - word.length, isList: before.startsWith("["), top: reader.top };
}
