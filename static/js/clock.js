// Counts down from what the server said, and hands in when the time is up. The device's own clock
// is never asked for the time: only how long ago the server spoke. A page that slept asks again.

import { announce } from "./announce.js";
import { freshenForms } from "./csrf.js";
import { editor } from "./editor.js";
import { flushAll, queues } from "./unsaved.js";

const WARNINGS = [
  [300, "Five minutes are left."],
  [60, "One minute is left."],
];
const NEWS = 5; // seconds that the time must go up by to be worth a word
const NAP = 3; // seconds by which the device's clocks part when it slept or its clock was set
const LAST_TRIES = 25_000; // ms after the end in which a text may still reach the server
const PATIENCE = 5000; // ms that more time waits for what is not saved yet

let element = null; // #clocks, as the server last sent it
let heard = null; // {left, stageLeft, runs, state, at}: what it said, and when, by performance.now()
let said = Infinity; // seconds left at the last warning
let isOver = false;
let wasOverShare = null;
let parting = null; // of the two clocks that a device has

const shown = document.querySelector("#clocks").dataset.state; // what this page was made for

function show(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, minutes, left] = parts.map((part) => String(part).padStart(2, "0"));
  return parts[0] ? `${parts[0]}:${minutes}:${left}` : `${Number(minutes)}:${left}`;
}

function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return seconds === 1 ? "One second is" : `${seconds} seconds are`;
  return minutes === 1 ? "One minute is" : `${minutes} minutes are`;
}

function tell(text) {
  announce(text, "#announce-time");
}

function level(seconds) {
  if (seconds <= 0) return "over";
  return seconds <= 60 ? "last" : seconds <= 300 ? "soon" : "ok";
}

function since() {
  return (performance.now() - heard.at) / 1000;
}

function left() {
  return Math.max(0, Math.ceil(heard.left - (heard.state === "running" ? since() : 0)));
}

function stageLeft() {
  return Math.ceil(heard.stageLeft - (heard.runs ? since() : 0));
}

// --- what the server says -----------------------------------------------------------------

function listen() {
  element = document.querySelector("#clocks");
  const { left, stageLeft, stageRuns, state } = element.dataset;
  const before = heard?.state ?? shown;
  hear({ left: Number(left), stageLeft: Number(stageLeft), runs: Boolean(stageRuns), state });
  if (state !== before) follow();
}

function hear(told) {
  const before = heard ? left() : Infinity;
  heard = { ...told, at: performance.now() };
  const now = left();
  if (isOver && now > 0) goOn();
  if (now < before + NEWS || told.state !== "running") return;
  said = now; // so that the warnings come again
  tell(`There is more time: ${inWords(now)} left.`);
}

/** Another tab stopped the clock, let it run on or handed in: this page becomes what it should be. */
async function follow() {
  if (heard.state === "running") document.dispatchEvent(new CustomEvent("mlsd:resumed"));
  await editor?.flush();
  if (heard.state !== shown && !editor?.isDirty) location.reload();
}

function ask() {
  element.dispatchEvent(new Event("ask"));
}

/** Whether the device was asleep, or its clock was set: then what we counted may be wrong. */
function hasSlept() {
  const apart = (Date.now() - performance.now()) / 1000;
  const jumped = parting !== null && Math.abs(apart - parting) > NAP;
  parting = apart;
  return jumped;
}

// --- what the page shows ------------------------------------------------------------------

function paint(name, seconds, look, label) {
  const clock = element.querySelector(`[data-clock=${name}]`);
  clock.dataset.level = look;
  clock.querySelector("time").textContent = show(Math.abs(seconds));
  if (label) clock.querySelector(".clock-label").textContent = label;
}

function paintStage(seconds) {
  const isOverShare = seconds < 0;
  paint("stage", seconds, isOverShare ? "over" : "ok", isOverShare ? "Stage over by" : "This stage");
  if (isOverShare && wasOverShare === false && heard.runs) {
    tell("This stage has had its share of the time. Go on when you are ready.");
  }
  wasOverShare = isOverShare;
}

function warn(seconds) {
  for (const [at, text] of WARNINGS) {
    if (seconds <= at && seconds > at - 30 && said > at) tell(text);
  }
  said = Math.min(said, seconds);
}

function tick() {
  if (document.querySelector("#clocks") !== element) listen();
  if (hasSlept()) ask();
  const seconds = left();
  paint("whole", seconds, level(seconds));
  paintStage(stageLeft());
  if (heard.state !== "running") return;
  warn(seconds);
  if (seconds === 0) handIn();
}

// --- the end ------------------------------------------------------------------------------

function pause(seconds) {
  return new Promise((resolve) => {
    window.addEventListener("online", resolve, { once: true });
    setTimeout(resolve, 1000 * seconds);
  });
}

/** Ask for the clocks; null while nobody answers. What is no answer of ours leaves the page as it is. */
async function clocks() {
  try {
    const response = await fetch(element.getAttribute("hx-get"), {
      redirect: "manual",
      signal: AbortSignal.timeout(5000),
    });
    if (response.status >= 500) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("#clocks")?.dataset ?? {};
  } catch {
    return null;
  }
}

async function sendTheRest() {
  const end = performance.now() + LAST_TRIES;
  const left = () => Math.max(0, end - performance.now());
  const isWaiting = () => queues().some((queue) => queue.isDirty && !queue.halted);
  document.dispatchEvent(new Event("mlsd:over")); // the whiteboard takes nothing more either
  await flushAll(left());
  while (isWaiting() && left()) {
    await pause(1);
    await flushAll(left());
  }
}

async function handIn() {
  if (isOver) return;
  isOver = true;
  tell("Time is up. Your answer is being handed in.");
  editor?.view.allow(false);
  await sendTheRest();
  // A page that cannot reach the server stays where it is; the server hands in by itself.
  let told = await clocks();
  for (let wait = 1; !told; wait = Math.min(30, 2 * wait)) {
    await pause(wait);
    told = await clocks();
  }
  // The text goes first: it tells since when nobody answered, and that time may be given back.
  await flushAll(LAST_TRIES);
  if (!isOver) return;
  told = (await clocks()) ?? told;
  if (told.state === "running" && Number(told.left) > 0) return ask();
  freshenForms();
  document.querySelector("#time-is-up").submit();
}

/** There is time again, after all. */
function goOn() {
  isOver = false;
  if (!heard.runs) return;
  editor?.view.allow(!editor.isStopped);
  document.dispatchEvent(new Event("mlsd:on"));
}

document.addEventListener("mlsd:left", ({ detail }) => {
  if (heard) hear({ ...heard, left: detail, stageLeft: heard.stageLeft - (heard.runs ? since() : 0) });
});
editor?.addEventListener("state", ({ detail }) => {
  if (detail.state === "paused" && heard.state !== "paused") ask();
});

// --- the menu -----------------------------------------------------------------------------

let isAsking = false;

// More time is a sign of life, and an outage before it would count no more: whoever was cut off
// says so first, with the text. Time is given also where that is not possible.
document.addEventListener("htmx:confirm", async (event) => {
  const { elt, issueRequest } = event.detail;
  if (!elt.closest("#clock-menu")) return;
  event.preventDefault();
  if (isAsking) return;
  isAsking = true;
  await flushAll(PATIENCE);
  isAsking = false;
  issueRequest(true);
});

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target.id === "clock-menu") document.querySelector("#clock-menu summary").focus();
});

tick();
setInterval(tick, 500);
