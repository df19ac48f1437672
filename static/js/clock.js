// Counts down from what the server said, and hands in when the time is up. The device's own clock
// is never asked: only how long ago the server spoke, and a page that slept asks again.

import { announce, editor } from "./editor.js";

const WARNINGS = [
  [300, "Five minutes are left."],
  [60, "One minute is left."],
];

let element = null; // #clocks, as the server last sent it
let heardAt = 0; // performance.now() when its figures were true
let said = Infinity; // seconds left at the last warning
let isOver = false;

function show(seconds) {
  const sign = seconds < 0 ? "-" : "";
  const rest = Math.abs(seconds);
  const parts = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  const [hours, minutes, left] = parts.map((part) => String(part).padStart(2, "0"));
  return parts[0] ? `${sign}${parts[0]}:${minutes}:${left}` : `${sign}${Number(minutes)}:${left}`;
}

function level(seconds) {
  if (seconds <= 0) return "over";
  return seconds <= 60 ? "last" : seconds <= 300 ? "soon" : "ok";
}

function paint(name, seconds, look) {
  const clock = element.querySelector(`[data-clock=${name}]`);
  clock.dataset.level = look;
  clock.querySelector("time").textContent = show(seconds);
}

function warn(left) {
  for (const [at, text] of WARNINGS) {
    if (left <= at && left > at - 30 && said > at) announce(text);
  }
  said = Math.min(said, left);
}

function tick() {
  const current = document.querySelector("#clocks");
  if (current !== element) {
    element = current;
    heardAt = performance.now();
  }
  const passed = Math.floor((performance.now() - heardAt) / 1000);
  const left = Math.max(0, Number(element.dataset.left) - passed);
  const runs = element.dataset.stageRuns ? passed : 0;
  const stageLeft = Number(element.dataset.stageLeft) - runs;
  paint("whole", left, level(left));
  paint("stage", stageLeft, stageLeft < 0 ? "over" : "ok");
  warn(left);
  if (left === 0) handIn();
}

async function handIn() {
  if (isOver) return;
  isOver = true;
  announce("Time is up. Your answer is being handed in.");
  const answer = document.querySelector("#answer");
  answer.readOnly = true;
  const form = document.querySelector("#time-is-up");
  for (let turn = 0; ; turn += 1) {
    await editor?.flush();
    try {
      // A page that cannot reach the server stays where it is; the server hands in by itself.
      await fetch(element.getAttribute("hx-get"), { redirect: "manual" });
      break;
    } catch {
      await new Promise((resolve) => {
        window.addEventListener("online", resolve, { once: true });
        setTimeout(resolve, Math.min(30000, 1000 * 2 ** turn));
      });
    }
  }
  form.submit();
}

document.addEventListener("mlsd:left", (event) => {
  if (!element) return;
  const passed = Math.floor((performance.now() - heardAt) / 1000);
  element.dataset.stageLeft = Number(element.dataset.stageLeft) - passed;
  element.dataset.left = event.detail;
  heardAt = performance.now();
});

tick();
setInterval(tick, 500);
