// The board's own page, in a frame: Excalidraw, the parts to insert, and arrows between them. The
// page around it keeps and sends the drawing; it is told by the event "mlsd:board" on its frame,
// and gets an object with the drawing's text and what can be done with it.

import { mount } from "../../vendor/whiteboard/board.js";

const SOON = 150; // ms; while something is dragged there is a change in every frame
const MOST = 1024 * 1024; // bytes; the server's limit of a drawing
// px at the edges of the board where its own buttons lie, and those of a wide one to the left
const EDGES = { left: 16, top: 104, right: 56, bottom: 16 };
const FOOT = 64; // px of the buttons at its lower end
const WIDE = { from: 730, left: 220 };
const LEAST = 90; // px; less than that is too small for a part
const SAMPLE = 8; // px

const root = document.documentElement;
const place = document.querySelector("#board");
const tools = document.querySelector("#tools");
const connect = document.querySelector("#connect");
const [from, to, saying] = ["#from", "#to", "#saying"].map((name) => document.querySelector(name));
const word = document.querySelector("#word");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const touch = window.matchMedia("(pointer: coarse)");

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

function say(text) {
  word.textContent = text;
}

/** What the page around gets: an EventTarget that tells of each change of the drawing. */
class Drawing extends EventTarget {
  constructor() {
    super();
    this.text = JSON.parse(document.querySelector("#drawing").textContent);
    this.revision = Number(document.body.dataset.revision);
    this.isWritable = false;
    this.isFitted = false;
    this.timer = null;
  }

  /** Something was drawn: write it down soon, and say so. */
  changed() {
    if (!this.isWritable) return;
    this.timer ??= setTimeout(() => this.write(), SOON);
  }

  write() {
    clearTimeout(this.timer);
    this.timer = null;
    const text = this.board.text();
    fillChoices();
    if (text === this.text) return;
    this.text = text;
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > MOST) {
      const size = (bytes / MOST).toFixed(1);
      say(`This drawing has ${size} MiB; only 1 MiB can be saved. Please take something out, freehand lines first.`);
    } else if (word.textContent.includes("MiB")) say("It can be saved again.");
    this.dispatchEvent(new Event("change"));
  }

  /** Show another drawing; what was there is a step back in the board's own undo. */
  show(text) {
    const wasEmpty = !this.text;
    this.board.show(text);
    this.text = text;
    if (wasEmpty) this.fit();
    fillChoices();
  }

  /** Show the drawing of another moment, with everything in its place. */
  look(text) {
    this.board.show(text, { isStep: false });
    if (!this.isFitted) this.fit();
    fillChoices();
  }

  fit() {
    this.isFitted = this.board.elements.length > 0;
    this.board.fit();
  }

  beside(text) {
    this.board.beside(text);
    this.write();
  }

  allow(isWritable) {
    if (this.isWritable && !isWritable) this.write();
    this.isWritable = isWritable;
    tools.hidden = !isWritable;
    fillChoices();
    this.board.look({ isReadOnly: !isWritable });
  }
}

const drawing = new Drawing();

// --- parts and arrows ---------------------------------------------------------------------

function options(shapes, chosen) {
  return shapes.map(({ id, name }) => new Option(name, id, false, id === chosen));
}

function fillChoices() {
  const shapes = drawing.board.shapes();
  const picked = drawing.board.picked();
  const [first, second] = picked.length === 2 ? picked : [from.value, to.value];
  from.replaceChildren(...options(shapes, first));
  to.replaceChildren(...options(shapes, second));
  if (from.value === to.value && shapes.length > 1) {
    to.value = shapes.find(({ id }) => id !== from.value).id;
  }
  connect.hidden = shapes.length < 2;
}

/** From where to where, down the board, nothing of the page around lies over it. */
function uncovered({ top, bottom }) {
  const frame = window.frameElement;
  if (!frame) return { top, bottom };
  const outer = frame.getBoundingClientRect();
  const x = outer.left + outer.width / 2;
  const open = [];
  for (let y = top; y <= bottom; y += SAMPLE) {
    if (window.parent.document.elementFromPoint(x, outer.top + y) === frame) open.push(y);
  }
  return { top: open[0] ?? top, bottom: open.at(-1) ?? top };
}

/** What can be seen of the board beside its buttons, in px from its corner. */
function seen() {
  const box = place.getBoundingClientRect();
  const { top, bottom } = uncovered(box);
  return {
    left: box.width < WIDE.from ? EDGES.left : WIDE.left,
    top: top - box.top + EDGES.top,
    right: box.width - EDGES.right,
    bottom: Math.min(bottom - box.top, box.height - FOOT) - EDGES.bottom,
  };
}

/** The same, after the page was moved if too little of the board was to be seen. */
function bringIntoSight() {
  const before = seen();
  if (before.bottom - before.top >= LEAST) return before;
  (window.frameElement ?? place).scrollIntoView({ block: "end", behavior: "instant" });
  const after = seen();
  return { ...after, bottom: Math.max(after.bottom, after.top + LEAST) };
}

function insert(button) {
  const { shape, colour, label } = button.dataset;
  const { id, name } = drawing.board.insert({ shape, colour, label, seen: bringIntoSight() });
  drawing.write();
  const how = touch.matches ? "Double-tap it" : "Double-click it, or press Enter there,";
  say(`${name} is on the board. ${how} to rename it.`);
  drawing.board.reveal(id, bringIntoSight()); // the rows above may have grown
}

function join(event) {
  event.preventDefault();
  if (from.value === to.value) return say("Choose two different parts.");
  drawing.board.connect(from.value, to.value, saying.value.trim());
  const names = [from, to].map(({ selectedOptions: [option] }) => option.text);
  saying.value = "";
  drawing.write();
  return say(`${names.join(" → ")} is connected.`);
}

function refuseFiles(event) {
  const data = event.clipboardData ?? event.dataTransfer;
  if (!data?.files.length) return;
  event.preventDefault();
  event.stopPropagation();
  refuse();
}

function refuse() {
  say("Pictures cannot be put on this whiteboard. Draw it, or say it in the outline.");
}

// --- begin --------------------------------------------------------------------------------

async function begin() {
  drawing.board = await mount(place, {
    text: drawing.text,
    isReadOnly: true,
    isDark: isDark(),
    assets: place.dataset.assets,
    onChange: () => drawing.changed(),
    onSelect: () => fillChoices(),
    onRefused: refuse,
  });
  const look = () => drawing.board.look({ isDark: isDark() });
  new MutationObserver(look).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  dark.addEventListener("change", look);
  window.addEventListener("resize", () => drawing.isWritable || setTimeout(() => drawing.fit(), SOON));
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shape]");
    if (button) insert(button);
  });
  connect.addEventListener("submit", join);
  for (const kind of ["paste", "drop"]) document.addEventListener(kind, refuseFiles, { capture: true });
  document.addEventListener("dragover", (event) => event.preventDefault());
  drawing.fit();
  document.body.dataset.ready = "";
  const frame = window.frameElement;
  frame?.dispatchEvent(new window.parent.CustomEvent("mlsd:board", { detail: drawing }));
}

begin();
