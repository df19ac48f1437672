// The drawing of a stage: the board in its frame, and the sheet that keeps and sends it.

import { announce } from "../announce.js";
import { Sheet, tell } from "../sheet.js";

const LOADING = 30000; // ms after which we say that the board does not come

/** Tells "saved" when the server has another drawing than before. */
export class Drawing extends EventTarget {
  constructor(root) {
    super();
    const find = (name) => root.querySelector(name);
    this.isWritable = "writable" in root.dataset;
    this.place = find("#board-frame");
    this.line = find("#drawing-state");
    this.notice = find("#drawing-following");
    this.conflict = find("#drawing-conflict");
    this.copies = [...root.querySelectorAll("[data-copy]")];
    this.frame = null;
    this.board = null;
    this.sheet = null;
  }

  /** Load the board, once. */
  open() {
    if (this.frame) return;
    tell(this.line, { state: "saving", text: "Loading" });
    this.frame = document.createElement("iframe");
    this.frame.title = "Whiteboard";
    this.frame.src = this.place.dataset.url;
    this.frame.addEventListener("mlsd:board", ({ detail }) => this.begin(detail), { once: true });
    this.place.replaceChildren(this.frame);
    this.late = setTimeout(() => this.failed(), LOADING);
  }

  failed() {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "small";
    again.textContent = "Load it again";
    again.addEventListener("click", () => {
      this.frame = null;
      this.open();
    });
    this.place.replaceChildren(again);
    tell(this.line, { state: "offline", text: "The whiteboard does not load just now. The outline works without it." });
  }

  begin(board) {
    clearTimeout(this.late);
    this.board = board;
    if (!this.isWritable) {
      tell(this.line, { state: "locked", text: "Read only" });
      this.place.dataset.started = "reading";
      return;
    }
    this.sheet = this.makeSheet();
    this.sheet.addEventListener("acknowledged", () => this.dispatchEvent(new Event("saved")));
    this.sheet.addEventListener("begun", ({ detail }) => {
      this.place.dataset.started = detail.isWriting ? "yes" : "following";
      this.offerCopies();
    });
    board.addEventListener("change", () => {
      this.offerCopies();
      this.sheet.changed();
    });
    for (const button of this.copies) button.addEventListener("click", () => this.copy(button));
    // Before the sheet's own listener, which keeps and sends what is written down by then. The
    // frame hears of the end too late for that.
    window.addEventListener("pagehide", () => this.settle());
    document.addEventListener("visibilitychange", () => this.settle());
    this.sheet.begin();
  }

  makeSheet() {
    const { kept, who, save, login } = this.place.dataset;
    return new Sheet({
      what: "drawing",
      place: kept,
      who,
      url: save,
      login,
      revision: this.board.revision,
      saved: this.board.text,
      measure: () => "your drawing",
      view: this,
      line: this.line,
      notice: this.notice,
      conflict: this.conflict,
      choice: "#drawing-choice",
    });
  }

  // --- what the sheet shows ---------------------------------------------------------------

  get text() {
    return this.board.text;
  }

  show(text) {
    this.board.show(text);
  }

  allow(isWritable) {
    this.board.allow(isWritable);
  }

  /** Have the board write down now what was drawn just before. */
  settle() {
    if (this.board?.isWritable) this.board.write();
  }

  choose(choice, { theirs, settle }) {
    settle(choice === "theirs" ? theirs : this.text);
    if (choice === "theirs") this.show(theirs);
    else if (choice === "both") this.board.beside(theirs);
    this.frame.focus();
  }

  // --- beginning with an earlier one ------------------------------------------------------

  offerCopies() {
    for (const button of this.copies) button.hidden = this.text !== "" || this.sheet.tabs.isFollowing;
  }

  async copy(button) {
    try {
      const page = await (await fetch(button.dataset.copy)).text();
      const read = new DOMParser().parseFromString(page, "text/html").querySelector("#drawing");
      this.show(JSON.parse(read.textContent));
    } catch {
      announce("That drawing cannot be fetched just now.");
      return;
    }
    this.offerCopies();
    this.sheet.changed();
    this.frame.focus();
  }
}
