// Plays how an answer came about: the edits of every save, forwards and backwards, on the time line
// of the interview, and the drawings beside them. Without this script the page's links show single
// moments, in words.

import { announce } from "./announce.js";
import { Past } from "./board/past.js";

const STEP = 5; // seconds that an arrow key moves
const LEAP = 60; // the same for a page key
const CALM = 500; // ms between two pictures for whoever wants little motion

const root = document.querySelector("#replay");
const pick = (name) => document.querySelector(`#replay-${name}`);
const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)");

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (part) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function count(text) {
  return text.match(/\S+/gu)?.length ?? 0;
}

/** All texts at one moment. An edit can be taken back, for what it took out is known. */
class Film {
  constructor({ length, sheets, edits, ticks }) {
    this.length = length;
    this.ticks = ticks.map(([at, left, runs, stage]) => ({ at, left, runs, stage }));
    this.titles = sheets;
    this.texts = sheets.map(() => "");
    this.drawings = sheets.map(() => 0); // their numbers; 0 is none yet
    this.done = 0; // edits that are in the texts
    this.edits = edits.map(([at, sheet, start, cut, text, drawing = 0]) => ({ at, sheet, start, cut, text, drawing }));
    for (const edit of this.edits) {
      edit.out = this.texts[edit.sheet].slice(edit.start, edit.start + edit.cut);
      edit.before = this.drawings[edit.sheet];
      this.drawings[edit.sheet] = edit.drawing;
      this.change(edit.sheet, edit.start, edit.out, edit.text);
    }
    this.done = this.edits.length;
  }

  change(sheet, start, out, text) {
    const before = this.texts[sheet];
    this.texts[sheet] = before.slice(0, start) + text + before.slice(start + out.length);
  }

  /** The edit that came last, if there was one. */
  get newest() {
    return this.edits[this.done - 1];
  }

  /** The edit that comes next, if there is one. */
  get next() {
    return this.edits[this.done];
  }

  goTo(moment) {
    while (this.next && this.next.at <= moment) {
      const { sheet, start, out, text, drawing } = this.next;
      this.change(sheet, start, out, text);
      this.drawings[sheet] = drawing;
      this.done += 1;
    }
    while (this.newest && this.newest.at > moment) {
      const { sheet, start, out, text, before } = this.newest;
      this.change(sheet, start, text, out);
      this.drawings[sheet] = before;
      this.done -= 1;
    }
  }

  clockAt(moment) {
    const tick = this.ticks.findLast((each) => each.at <= moment) ?? this.ticks[0];
    return { stage: tick.stage, left: Math.max(0, tick.left - (tick.runs ? moment - tick.at : 0)) };
  }
}

class Player {
  constructor(film) {
    this.film = film;
    this.slider = pick("slider");
    this.box = pick("text");
    this.tabs = [...root.querySelectorAll("[data-sheet].tab")];
    this.counted = this.tabs.map(() => null); // [text, words] as last shown
    this.pasts = this.tabs.map(() => null); // drawings, once they were looked at
    this.before = new Text();
    this.mark = document.createElement("ins");
    this.after = new Text();
    this.box.replaceChildren(this.before, this.mark, this.after);
    this.sheet = Number(root.dataset.sheet);
    this.shownTab = null;
    this.isPlaying = false;
  }

  start() {
    for (const each of [this.slider, pick("controls")]) each.hidden = false;
    pick("play").addEventListener("click", () => this.toggle());
    pick("back").addEventListener("click", () => this.stepBack());
    pick("on").addEventListener("click", () => this.stepOn());
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("click", (event) => this.follow(event));
    this.at = Number(root.dataset.at);
    this.film.goTo(this.at);
    this.paint();
  }

  // --- moving ---------------------------------------------------------------------------

  seek(moment) {
    this.at = Math.min(Math.max(0, moment), this.film.length);
    const done = this.film.done;
    this.film.goTo(this.at);
    if (this.film.done !== done && this.film.newest) this.sheet = this.film.newest.sheet;
    this.paint();
  }

  stepBack() {
    this.stop();
    const { newest } = this.film;
    // Just before it: what comes next is the one that was taken back.
    if (newest) this.seek(newest.at - 0.05);
    this.say();
  }

  stepOn() {
    this.stop();
    const { next } = this.film;
    if (next) this.seek(next.at);
    this.say();
  }

  press(event) {
    const by = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: LEAP, PageDown: -LEAP }[event.key];
    if (by) this.seek(Math.round(this.at) + by);
    else if (event.key === " ") this.toggle();
    else return;
    event.preventDefault();
  }

  follow(event) {
    const link = event.target.closest("a[data-at], a[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.at) {
      this.stop();
      this.seek(Number(link.dataset.at));
      // A moment's own text may stand above on a narrow page; the focus stays where it is visible.
      if (!isInView(this.box)) this.box.focus();
    } else {
      this.sheet = Number(link.dataset.sheet);
      this.paint();
    }
    history.replaceState(null, "", `?at=${Math.floor(this.at)}&sheet=${this.sheet}`);
    this.say();
  }

  // --- playing --------------------------------------------------------------------------

  toggle() {
    if (this.isPlaying) return this.stop();
    if (this.at >= this.film.length) this.seek(0);
    this.isPlaying = true;
    this.heard = performance.now();
    pick("play").textContent = "Pause";
    requestAnimationFrame((now) => this.play(now));
    return undefined;
  }

  stop() {
    this.isPlaying = false;
    pick("play").textContent = "Play";
  }

  play(now) {
    if (!this.isPlaying) return;
    const passed = (now - this.heard) / 1000;
    if (!isCalm.matches || passed * 1000 >= CALM) {
      this.heard = now;
      this.seek(this.ahead(Math.min(1, Math.max(0, passed))));
      if (this.at >= this.film.length) return this.finish();
    }
    requestAnimationFrame((later) => this.play(later));
    return undefined;
  }

  finish() {
    this.stop();
    this.say();
  }

  /** Where the line of time stands after so many seconds of watching. */
  ahead(seconds) {
    const speed = Number(pick("speed").value);
    const moment = this.at + seconds * speed;
    if (!pick("skip").checked) return moment;
    const { next } = this.film;
    if (!next) return this.film.length;
    // A wait of more than a second of watching is cut short.
    return next.at - moment > speed ? next.at - speed / 2 : moment;
  }

  // --- the picture ----------------------------------------------------------------------

  paint() {
    const { film } = this;
    const text = film.texts[this.sheet];
    const newest = film.newest?.sheet === this.sheet ? film.newest : { start: text.length, text: "" };
    const end = newest.start + newest.text.length;
    this.before.data = text.slice(0, newest.start);
    this.mark.textContent = newest.text;
    this.mark.dataset.cut = newest.out && !newest.text ? "yes" : "no";
    this.after.data = text.slice(end);
    // Something was drawn that says nothing in words: the text stays where it is.
    if (newest.text || newest.out !== "") this.showMark();
    this.paintDrawing();
    const { stage, left } = film.clockAt(this.at);
    pick("at").textContent = clock(this.at);
    pick("left").textContent = clock(Math.round(left));
    pick("in").textContent = stage;
    this.tabs.forEach((tab, sheet) => this.paintTab(tab, sheet));
    this.slider.value = Math.round(this.at);
    this.slider.setAttribute("aria-valuetext", this.told());
  }

  paintDrawing() {
    const { board, drawings } = this.tabs[this.sheet].dataset;
    const place = pick("drawing");
    place.hidden = !board;
    this.pasts.forEach((past, sheet) => past && (past.isHidden = sheet !== this.sheet));
    if (!board) return;
    const title = `${this.film.titles[this.sheet]}, the drawing at that moment`;
    this.pasts[this.sheet] ??= new Past({ place, board, drawings, title });
    this.pasts[this.sheet].show(this.film.drawings[this.sheet]);
  }

  paintTab(tab, sheet) {
    const text = this.film.texts[sheet];
    if (this.counted[sheet]?.[0] !== text) {
      this.counted[sheet] = [text, count(text)];
      tab.querySelector(".tab-words").textContent = this.counted[sheet][1];
    }
    if (sheet !== this.sheet) tab.removeAttribute("aria-current");
    else if (this.shownTab !== tab) this.showTab(tab);
  }

  showTab(tab) {
    this.shownTab = tab;
    tab.setAttribute("aria-current", "true");
    const row = tab.closest("ul");
    row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  showMark() {
    const { box } = this;
    const top = this.mark.offsetTop - box.scrollTop;
    if (top < 0 || top > box.clientHeight - 40) box.scrollTop = this.mark.offsetTop - box.clientHeight / 2;
  }

  told() {
    return `${clock(this.at)}, ${this.film.titles[this.sheet]}, ${this.counted[this.sheet][1]} words`;
  }

  say() {
    announce(this.told());
  }
}

function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top < window.innerHeight - 80 && bottom > 80;
}

async function load() {
  const response = await fetch(root.dataset.edits, { redirect: "error" });
  if (!response.ok) throw new Error(String(response.status));
  return new Film(await response.json());
}

if (root) {
  try {
    new Player(await load()).start();
    root.dataset.ready = "yes";
  } catch {
    pick("trouble").hidden = false;
  }
}
