// A drawing in the replay: the board in its frame, to look at, with the drawing of one moment on it.
// A drawing is large, so each is fetched when the replay stands there, one at a time.

const REST = 150; // ms from one drawing to the next
const KEPT = 12; // drawings that need not be fetched again

export class Past {
  /** place: where it is shown; board: the board's page; drawings: the address of number 0. */
  constructor({ place, board, drawings, title }) {
    this.drawings = drawings;
    this.texts = new Map([[0, ""]]); // number → drawing; 0 is before the first
    this.wanted = null;
    this.shown = null;
    this.timer = null;
    this.isUnderWay = false;
    this.root = document.createElement("div");
    this.frame = document.createElement("iframe");
    this.frame.title = title;
    this.frame.src = board;
    this.trouble = document.createElement("p");
    this.trouble.className = "fine";
    this.trouble.textContent = "The drawing of this moment could not be loaded.";
    this.trouble.hidden = true;
    this.root.append(this.frame, this.trouble);
    place.append(this.root);
    this.frame.addEventListener("mlsd:board", ({ detail }) => this.begin(detail), { once: true });
  }

  begin(board) {
    this.board = board;
    this.soon();
  }

  set isHidden(isHidden) {
    this.root.hidden = isHidden;
  }

  show(number) {
    if (number === this.wanted) return;
    this.wanted = number;
    this.soon();
  }

  soon() {
    if (this.board) this.timer ??= setTimeout(() => this.catchUp(), REST);
  }

  /** Show what is wanted by now. */
  async catchUp() {
    this.timer = null;
    if (this.isUnderWay || this.wanted === this.shown) return;
    const number = this.wanted;
    this.isUnderWay = true;
    const text = await this.text(number);
    this.isUnderWay = false;
    this.trouble.hidden = text !== null;
    this.shown = number;
    if (text !== null) {
      this.board.look(text);
      this.frame.dataset.shown = number;
    }
    if (this.wanted !== number) this.soon();
  }

  /** A drawing; null when it cannot be had. */
  async text(number) {
    if (!this.texts.has(number)) {
      try {
        const response = await fetch(new URL(`../${number}/`, new URL(this.drawings, location)), { redirect: "error" });
        if (!response.ok) return null;
        const { drawing } = await response.json();
        this.texts.set(number, drawing);
      } catch {
        return null;
      }
      const [, oldest] = this.texts.keys(); // the first of all stays
      if (this.texts.size > KEPT) this.texts.delete(oldest);
    }
    return this.texts.get(number);
  }
}
