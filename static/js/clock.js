// Counts down from what the server said, and hands in when the time is up. The device's own clock
// is never asked: only how long ago the server spoke, and a page that slept asks again.

import { announce } from "./announce.js";
import { freshenForms } from "./csrf.js";
import { editor } from "./editor.js";

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

function since() {
  return (performance.now() - heardAt) / 1000;
}

function tick() {
  const current = document.querySelector("#clocks");
  if (current !== element) {
    element = current;
    heardAt = performance.now();
  }
  const left = Math.max(0, Math.ceil(Number(element.dataset.left) - since()));
  const runs = element.dataset.stageRuns ? since() : 0;
  const stageLeft = Math.ceil(Number(element.dataset.stageLeft) - runs);
  paint("whole", left, level(left));
  paint("stage", stageLeft, stageLeft < 0 ? "over" : "ok");
  warn(left);
  if (left === 0) handIn();
}

const LAST_TRIES = 25; // seconds after the end in which a text may still reach the server

function pause(seconds) {
  return new Promise((resolve) => {
    window.addEventListener("online", resolve, { once: true });
    setTimeout(resolve, 1000 * seconds);
  });
}

async function isServerThere() {
  try {
    const asked = { redirect: "manual", signal: AbortSignal.timeout(5000) };
    return (await fetch(element.getAttribute("hx-get"), asked)).status < 500;
  } catch {
    return false;
  }
}

async function handIn() {
  if (isOver) return;
  isOver = true;
  announce("Time is up. Your answer is being handed in.");
  const answer = document.querySelector("#answer");
  if (answer) answer.readOnly = true;
  const end = performance.now() + 1000 * LAST_TRIES;
  await editor?.flush();
  while (editor?.isDirty && !editor.halted && performance.now() < end) {
    await pause(1);
    await editor.flush();
  }
  // A page that cannot reach the server stays where it is; the server hands in by itself.
  for (let wait = 1; !(await isServerThere()); wait = Math.min(30, 2 * wait)) await pause(wait);
  freshenForms();
  document.querySelector("#time-is-up").submit();
}

document.addEventListener("mlsd:left", (event) => {
  if (!element) return;
  if (element.dataset.stageRuns) element.dataset.stageLeft = Number(element.dataset.stageLeft) - since();
  element.dataset.left = event.detail;
  heardAt = performance.now();
});

tick();
setInterval(tick, 500);
