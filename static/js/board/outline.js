// The outline: what the whiteboard says in words. It follows the drawing until somebody changes it;
// then it is a text of its own. The server keeps only such a text, so "" means that it follows.

import { announce } from "../announce.js";
import { token } from "../csrf.js";
import { merge } from "../merge.js";
import { Sheet } from "../sheet.js";

const READ_AFTER = 600; // ms after the last key
const MOST_HIGH = 600; // px of the picture; a higher one is scrolled

/** The lines that one text has and the other has not. */
function lacking(text, other) {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return text.split("\n").filter((line) => line.trim() && !known.has(line.trim()));
}

export class Outline {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.isWritable = "writable" in root.dataset;
    this.box = find("#outline");
    this.line = find("#outline-state");
    this.reading = find("#outline-reading");
    this.conflict = find("#outline-conflict");
    this.notice = find("#outline-following");
    this.follows = find("#outline-follows");
    this.alone = find("#outline-alone");
    this.fold = find("#picture-fold");
    this.picture = find("#picture-frame");
    this.remake = find("#remake");
    this.changes = find("#remake-changes");
    this.copies = [...root.querySelectorAll("[data-copy-outline]")];
    this.login = find("#board-frame").dataset.login;
    this.who = find("#board-frame").dataset.who;
    this.sheet = null;
    this.timer = null;
    this.asked = null; // the question under way; only the last one's answer counts
  }

  /** What was written by hand; "" while the outline follows the drawing. */
  get text() {
    const { value } = this.box;
    return value.trim() && value.trim() !== this.made.trim() ? value : "";
  }

  begin() {
    this.made = this.part("made");
    this.fold.addEventListener("toggle", () => this.draw());
    if (!this.isWritable) return;
    this.sheet = this.makeSheet();
    this.box.addEventListener("input", () => {
      this.changed();
      this.readSoon();
    });
    this.box.addEventListener("blur", () => {
      if (!this.box.value.trim()) this.show(""); // nothing is written: it follows the drawing
    });
    this.beginRemaking();
    for (const button of this.copies) button.addEventListener("click", () => this.copy(button));
    this.sheet.begin();
    this.lookAround();
  }

  makeSheet() {
    const { save, kept, revision } = this.box.dataset;
    return new Sheet({
      what: "outline",
      place: kept,
      who: this.who,
      url: save,
      login: this.login,
      revision: Number(revision),
      saved: "byHand" in this.box.dataset ? this.box.defaultValue : "",
      merge,
      view: this,
      line: this.line,
      notice: this.notice,
      conflict: this.conflict,
      choice: "#outline-choice",
    });
  }

  // --- what the box holds -----------------------------------------------------------------

  /** Show a text in the box: one by hand, or else what the drawing makes. */
  show(byHand) {
    this.box.value = byHand || this.made;
    this.lookAround();
    this.readSoon();
  }

  allow(isWritable) {
    this.box.readOnly = !isWritable;
    this.lookAround();
  }

  choose(choice, { theirs, base, settle }) {
    const mine = this.text;
    const text = { mine, theirs, both: merge(base, theirs, mine) }[choice];
    settle(text);
    this.show(text);
    this.box.focus();
  }

  changed() {
    this.lookAround();
    this.sheet.changed();
  }

  lookAround() {
    const isByHand = this.text !== "";
    this.follows.hidden = isByHand;
    this.alone.hidden = !isByHand;
    for (const button of this.copies) button.hidden = this.box.readOnly || this.box.value.trim() !== "";
    if (!this.remake) return;
    this.remake.hidden = this.box.readOnly || !isByHand || !this.made;
    if (this.remake.hidden) this.askToRemake(false);
  }

  /** The drawing was saved: ask what it says now. */
  follow() {
    this.read(this.text);
  }

  /** What the drawing makes by now. */
  take(made) {
    const isFollowing = this.text === "";
    this.made = made;
    if (isFollowing && this.box.value !== made) this.box.value = made;
    this.lookAround();
    if (this.remake && !this.changes.hidden) this.showChanges();
  }

  // --- how it is read ---------------------------------------------------------------------

  part(name) {
    return this.reading.querySelector(`[data-${name}]`)?.content.textContent ?? "";
  }

  readSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(this.text), READ_AFTER);
  }

  /** Let the server read a text, and show what it says; it also says what the drawing makes. */
  async read(text) {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const response = await fetch(this.box.dataset.reading, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        body: new URLSearchParams({ text }),
        redirect: "manual",
        signal: asked.signal,
      });
      if (!response.ok) return;
      const html = await response.text();
      if (asked !== this.asked) return;
      this.reading.innerHTML = html;
      this.draw();
      this.take(this.part("made"));
    } catch {
      // offline: what was read before stays
    }
  }

  /** Draw the picture, if somebody looks at it. */
  draw() {
    if (!this.fold.open) return;
    const source = this.part("source");
    if (!this.frame) {
      this.frame = document.createElement("iframe");
      this.frame.title = "The outline as a picture";
      this.frame.src = this.picture.dataset.url;
      this.frame.addEventListener("load", () => this.draw());
      this.frame.addEventListener("mlsd:drawn", () => {
        const { scrollHeight } = this.frame.contentDocument.querySelector("main");
        this.frame.style.height = `${Math.min(MOST_HIGH, scrollHeight + 4)}px`;
      });
      this.picture.append(this.frame);
      return;
    }
    const page = this.frame.contentDocument;
    page?.dispatchEvent(new this.frame.contentWindow.CustomEvent("mlsd:source", { detail: source }));
  }

  // --- a person decides -------------------------------------------------------------------

  beginRemaking() {
    const click = (selector, act) => this.remake.querySelector(selector).addEventListener("click", act);
    click("#remake-ask", () => this.askToRemake(true));
    click("#remake-no", () => this.askToRemake(false));
    click("#remake-yes", () => {
      this.show("");
      this.sheet.changed();
      this.box.focus();
      announce("The outline follows the drawing again.");
    });
  }

  askToRemake(isAsked) {
    this.changes.hidden = !isAsked;
    if (!isAsked) return;
    this.showChanges();
    this.remake.querySelector("#remake-yes").focus();
  }

  showChanges() {
    const item = (kind, line) => {
      const [row, name] = [document.createElement("li"), document.createElement(kind)];
      name.textContent = line;
      row.append(name);
      return row;
    };
    const gone = lacking(this.box.value, this.made);
    const come = lacking(this.made, this.box.value);
    this.remake.querySelector("#remake-title").textContent =
      gone.length + come.length ? "This is what would change" : "Only the order of the lines would change";
    this.remake
      .querySelector("#remake-lines")
      .replaceChildren(...gone.map((line) => item("del", line)), ...come.map((line) => item("ins", line)));
  }

  async copy(button) {
    try {
      const page = await (await fetch(button.dataset.copyOutline)).text();
      const read = new DOMParser().parseFromString(page, "text/html").querySelector("#words");
      this.show(JSON.parse(read.textContent));
      this.changed();
      this.box.focus();
    } catch {
      announce("That outline cannot be fetched just now.");
    }
  }
}
