// The board itself: Excalidraw without what an interview does not need, behind a few plain calls.
// What is around it (saving, buttons, words) is static/js/board/.

import {
  CaptureUpdateAction,
  convertToExcalidrawElements,
  Excalidraw,
  getSceneVersion,
  MainMenu,
  restoreElements,
} from "@excalidraw/excalidraw";
import "@excalidraw/excalidraw/index.css";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const PAPER = "#ffffff";
// What changes with every look at an element, and what is worked out again.
const PASSING = new Set(["version", "versionNonce", "updated", "isDeleted", "index", "customData"]);
// Pictures are off, and so are windows to other sites.
const REFUSED = new Set(["image", "embeddable", "iframe"]);
const WIDTH = 170;
const HEIGHT = 70;
const GAP = { across: 130, down: 70 }; // an arrow and its label fit between two shapes

const COLOURS = {
  blue: ["#1971c2", "#a5d8ff"],
  teal: ["#0c8599", "#99e9f2"],
  green: ["#2f9e44", "#b2f2bb"],
  yellow: ["#f08c00", "#ffec99"],
  orange: ["#e8590c", "#ffd8a8"],
  red: ["#e03131", "#ffc9c9"],
  violet: ["#6741d9", "#d0bfff"],
  grey: ["#495057", "#e9ecef"],
};

// --- a drawing as text --------------------------------------------------------------------

function written(key, value) {
  if (PASSING.has(key)) return undefined;
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}

/** A drawing as text, one element a line; "" when nothing is drawn. */
function textOf(elements, background) {
  const live = elements.filter((each) => !each.isDeleted && !REFUSED.has(each.type));
  if (!live.length) return "";
  const paper = JSON.stringify({ viewBackgroundColor: background });
  const lines = live.map((each) => JSON.stringify(each, written));
  return `{"type":"excalidraw","version":2,"appState":${paper},"elements":[\n${lines.join(",\n")}\n]}`;
}

/** What a text draws; nothing for a text that is no drawing. */
function sceneOf(text) {
  let read = {};
  try {
    read = JSON.parse(text || "{}");
  } catch {
    // kept as it is on the server; here there is nothing to show
  }
  const listed = Array.isArray(read?.elements) ? read.elements : [];
  const elements = restoreElements(listed.filter((each) => !REFUSED.has(each?.type)), null, {
    repairBindings: true,
  });
  return { elements, background: read?.appState?.viewBackgroundColor ?? PAPER };
}

// --- where things are ---------------------------------------------------------------------

function bounds(elements) {
  const boxes = elements.map(({ x, y, width, height }) => [x, y, x + width, y + height]);
  const of = (at, pick) => (boxes.length ? pick(...boxes.map((box) => box[at])) : 0);
  return { left: of(0, Math.min), top: of(1, Math.min), right: of(2, Math.max), bottom: of(3, Math.max) };
}

/**
 * A free place for a shape: beside the shape that is selected, else from the upper left corner of
 * what is seen (px of the canvas). To the right if it can be seen there; below where nothing can.
 */
function freePlace(elements, seen, { scrollX, scrollY, zoom, selectedElementIds }) {
  const [left, right] = [seen.left, seen.right].map((each) => each / zoom.value - scrollX);
  const [top, bottom] = [seen.top, seen.bottom].map((each) => each / zoom.value - scrollY);
  const beside = elements.find((each) => selectedElementIds[each.id] && isShape(each));
  const first = beside ?? { x: left, y: top };
  const taken = elements.filter((each) => each.type !== "arrow" && each.type !== "line");
  const isFree = (x, y) =>
    taken.every(
      (each) =>
        x + WIDTH + GAP.across / 2 < each.x ||
        each.x + each.width + GAP.across / 2 < x ||
        y + HEIGHT + GAP.down / 2 < each.y ||
        each.y + each.height + GAP.down / 2 < y,
    );
  const isSeen = (x, y) => x >= left && x + WIDTH <= right && y >= top && y + HEIGHT <= bottom;
  const places = [];
  for (let row = -5; row <= 5; row += 1) {
    for (let column = -5; column <= 5; column += 1) {
      const x = first.x + column * (WIDTH + GAP.across);
      const y = first.y + row * (HEIGHT + GAP.down);
      const far = Math.abs(column) + 1.2 * Math.abs(row) + (column < 0 ? 0.4 : 0) + (row < 0 ? 0.8 : 0);
      places.push({ x, y, far: far + (isSeen(x, y) ? 0 : 20 + 4 * Math.abs(column)) });
    }
  }
  places.sort((one, other) => one.far - other.far);
  return places.find(({ x, y }) => isFree(x, y)) ?? places[0];
}

/** Where the line between the middles of two boxes leaves the first one. */
function edge(from, to, gap) {
  const x = from.x + from.width / 2;
  const y = from.y + from.height / 2;
  const dx = to.x + to.width / 2 - x;
  const dy = to.y + to.height / 2 - y;
  const share = Math.min(
    dx ? (from.width / 2 + gap) / Math.abs(dx) : Infinity,
    dy ? (from.height / 2 + gap) / Math.abs(dy) : Infinity,
    0.5,
  );
  return [x + dx * share, y + dy * share];
}

const isShape = (each) => ["rectangle", "ellipse", "diamond"].includes(each.type);

// --- the board ----------------------------------------------------------------------------

class Board {
  constructor(api, { onChange, onSelect, onRefused }) {
    this.api = api;
    this.onSelect = onSelect;
    this.onRefused = onRefused;
    this.version = 0;
    this.background = PAPER;
    this.selected = "";
    this.told = onChange;
  }

  get elements() {
    return this.api.getSceneElements();
  }

  /** The drawing as text. */
  text() {
    return textOf(this.elements, this.background);
  }

  /** Excalidraw says that something is different: only a change of the drawing is passed on. */
  looked(elements, state) {
    const refused = elements.filter((each) => !each.isDeleted && REFUSED.has(each.type));
    if (refused.length) {
      this.put(this.elements.filter((each) => !REFUSED.has(each.type)));
      this.onRefused();
      return;
    }
    const version = getSceneVersion(elements);
    if (version !== this.version || state.viewBackgroundColor !== this.background) {
      this.version = version;
      this.background = state.viewBackgroundColor;
      this.told();
    }
    const shapes = Object.keys(state.selectedElementIds).join();
    if (shapes !== this.selected) {
      this.selected = shapes;
      this.onSelect();
    }
  }

  put(elements, more = {}) {
    this.api.updateScene({ elements, captureUpdate: CaptureUpdateAction.IMMEDIATELY, ...more });
  }

  /** Show another drawing instead; what was there is a step back, unless one only looks. */
  show(text, { isStep = true } = {}) {
    const { elements, background } = sceneOf(text);
    const captureUpdate = isStep ? CaptureUpdateAction.IMMEDIATELY : CaptureUpdateAction.NEVER;
    this.put(elements, { appState: { viewBackgroundColor: background }, captureUpdate });
  }

  /** Put another drawing to the right of this one; what both have is there twice. */
  beside(text) {
    const others = sceneOf(text).elements;
    const ids = new Map(others.map((each) => [each.id, crypto.getRandomValues(new Uint32Array(2)).join("-")]));
    const aside = bounds(this.elements).right - bounds(others).left + GAP.across;
    const named = JSON.parse(JSON.stringify(others), (_, value) => ids.get(value) ?? value);
    const moved = named.map((each) => ({ ...each, x: each.x + aside }));
    this.put([...this.elements, ...restoreElements(moved, null, { repairBindings: true })]);
    this.fit();
  }

  /** Bring all that is drawn into view. */
  fit() {
    if (!this.elements.length) return;
    this.api.scrollToContent(undefined, { fitToViewport: true, viewportZoomFactor: 0.8, maxZoom: 1, animate: false });
  }

  /** Insert a labelled shape where it is seen, and select it; gives its id and name. */
  insert({ shape, colour, label, seen }) {
    const names = new Set(this.shapes().map(({ name }) => name.toLowerCase()));
    let name = label;
    for (let number = 2; names.has(name.toLowerCase()); number += 1) name = `${label} ${number}`;
    const [strokeColor, backgroundColor] = COLOURS[colour];
    const { x, y } = freePlace(this.elements, seen, this.api.getAppState());
    const made = convertToExcalidrawElements([
      {
        type: shape,
        x,
        y,
        width: WIDTH,
        height: HEIGHT,
        strokeColor,
        backgroundColor,
        fillStyle: "solid",
        roughness: 0,
        roundness: shape === "rectangle" ? { type: 3 } : null,
        label: { text: name, fontSize: 20, strokeColor: "#1e1e1e" },
      },
    ]);
    const [own] = made;
    this.put([...this.elements, ...made], { appState: { selectedElementIds: { [own.id]: true } } });
    return { id: own.id, name };
  }

  /** Move the view as little as brings a shape into what is seen (px of the canvas). */
  reveal(id, seen) {
    const { x, y, width, height } = this.elements.find((each) => each.id === id);
    const { scrollX, scrollY, zoom } = this.api.getAppState();
    const lack = (start, size, low, high) => {
      const [from, to] = [start * zoom.value, (start + size) * zoom.value];
      return Math.max(low - from, Math.min(0, high - to)) / zoom.value;
    };
    const across = lack(x + scrollX, width, seen.left, seen.right);
    const down = lack(y + scrollY, height, seen.top, seen.bottom);
    if (across || down) this.api.updateScene({ appState: { scrollX: scrollX + across, scrollY: scrollY + down } });
  }

  /** The shapes, by what is written on them: [{id, name}], in the order of reading. */
  shapes() {
    const elements = this.elements;
    const labels = new Map(elements.filter((each) => each.containerId).map((each) => [each.containerId, each]));
    return elements
      .filter((each) => isShape(each))
      .map((each) => ({ each, name: labels.get(each.id)?.originalText.replace(/\s+/gu, " ").trim() ?? "" }))
      .filter(({ name }) => name)
      .sort((one, other) => one.each.y - other.each.y || one.each.x - other.each.x)
      .map(({ each, name }) => ({ id: each.id, name }));
  }

  /** The ids of the selected shapes, the first selected first. */
  picked() {
    const known = new Set(this.shapes().map(({ id }) => id));
    return Object.keys(this.api.getAppState().selectedElementIds).filter((id) => known.has(id));
  }

  /** Draw an arrow that is bound to two shapes, with a label if there is one. */
  connect(fromId, toId, label) {
    const from = this.elements.find((each) => each.id === fromId);
    const to = this.elements.find((each) => each.id === toId);
    const [startX, startY] = edge(from, to, 4);
    const [endX, endY] = edge(to, from, 4);
    const [arrow, ...texts] = convertToExcalidrawElements([
      {
        type: "arrow",
        x: startX,
        y: startY,
        width: Math.abs(endX - startX),
        height: Math.abs(endY - startY),
        points: [[0, 0], [endX - startX, endY - startY]],
        roughness: 0,
        roundness: { type: 2 },
        endArrowhead: "arrow",
        ...(label ? { label: { text: label, fontSize: 16 } } : {}),
      },
    ]);
    // What Excalidraw writes when an arrow is drawn by hand from one shape to the other.
    const bound = {
      ...arrow,
      startBinding: { elementId: from.id, focus: 0, gap: 4 },
      endBinding: { elementId: to.id, focus: 0, gap: 4 },
    };
    const holding = (each) => ({
      ...each,
      boundElements: [...(each.boundElements ?? []), { id: arrow.id, type: "arrow" }],
      version: each.version + 1,
    });
    const others = this.elements.map((each) => (each === from || each === to ? holding(each) : each));
    this.put([...others, bound, ...texts], { appState: { selectedElementIds: { [arrow.id]: true } } });
  }
}

function Whiteboard({ text, isReadOnly, isDark, events, bind }) {
  const [look, setLook] = useState({ isReadOnly, isDark });
  const [board, setBoard] = useState(null);
  const [start] = useState(() => sceneOf(text));
  useEffect(() => {
    if (board) bind(board, (more) => setLook((before) => ({ ...before, ...more })));
  }, [board]);
  return (
    <Excalidraw
      excalidrawAPI={(api) => setBoard((before) => before ?? new Board(api, events))}
      initialData={{
        elements: start.elements,
        appState: { viewBackgroundColor: start.background, currentItemRoughness: 0, currentItemFontFamily: 5 },
        scrollToContent: true,
      }}
      onChange={(elements, state) => board?.looked(elements, state)}
      theme={look.isDark ? "dark" : "light"}
      viewModeEnabled={look.isReadOnly}
      langCode="en"
      aiEnabled={false}
      validateEmbeddable={false}
      handleKeyboardGlobally={false}
      UIOptions={{
        tools: { image: false },
        canvasActions: { loadScene: false, saveToActiveFile: false, export: false, saveAsImage: false, toggleTheme: false },
      }}
    >
      <MainMenu>
        <MainMenu.DefaultItems.ClearCanvas />
        <MainMenu.DefaultItems.ChangeCanvasBackground />
      </MainMenu>
    </Excalidraw>
  );
}

/**
 * Show a board in an element. Gives it when it can be drawn on, with ``look({isDark, isReadOnly})``
 * beside. ``assets`` is where the fonts are.
 */
export function mount(element, { text, isReadOnly, isDark, assets, ...events }) {
  window.EXCALIDRAW_ASSET_PATH = assets;
  return new Promise((resolve) => {
    createRoot(element).render(
      <Whiteboard
        text={text}
        isReadOnly={isReadOnly}
        isDark={isDark}
        events={events}
        bind={(board, look) => resolve(Object.assign(board, { look }))}
      />,
    );
  });
}
