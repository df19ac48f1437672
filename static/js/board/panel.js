// The whiteboard's panel on the answering page: the board in its frame, loaded when it is first
// shown, and the outline beside it. Each has its own way to the server.

import { announce } from "../announce.js";
import * as device from "../kept.js";
import { Drawing } from "./drawing.js";
import { Outline } from "./outline.js";

const panel = document.querySelector("#board-panel");
const root = document.querySelector("#whiteboard");

async function begin() {
  const outline = new Outline(root);
  const drawing = new Drawing(root);
  drawing.addEventListener("saved", () => outline.follow());
  outline.begin();
  const open = () => drawing.open();
  panel.addEventListener("mlsd:shown", open);
  if (!panel.hidden) open();
  leaveTogether(drawing, outline);
  // What this device still has of a drawing goes out, also when nobody looks at the board.
  if (drawing.isWritable && (await device.all(drawing.place.dataset.kept)).length) open();
}

/** A page that is left by one of its buttons takes along what is not saved yet. */
function leaveTogether(drawing, outline) {
  const sheets = () => {
    drawing.settle();
    return [drawing.sheet, outline.sheet].filter(Boolean);
  };
  const dirty = () => sheets().filter((sheet) => sheet.isDirty && !sheet.halted);
  document.addEventListener(
    "submit",
    async (event) => {
      if (event.target.id !== "editor") return; // a dialog's own: nobody leaves by that
      if (event.defaultPrevented || !dirty().length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      await Promise.all(dirty().map((sheet) => sheet.flush()));
      if (!dirty().length) event.target.requestSubmit(event.submitter);
      else announce("The whiteboard is not saved yet, so you stay on this page.");
    },
    { capture: true },
  );
  document.addEventListener("mlsd:queues", ({ detail }) => detail.push(...sheets()));
  // The clock hands in; or there is time again, after all.
  document.addEventListener("mlsd:over", () => sheets().forEach(({ view }) => view.allow(false)));
  document.addEventListener("mlsd:on", () => sheets().forEach(({ view, isStopped }) => view.allow(!isStopped)));
}

if (root) begin();
