// The clock of a follow-up question. When it is over, what is written goes with it.

import { announce } from "./announce.js";

const clock = document.querySelector("#probe-clock");
const form = document.querySelector("#editor");
const began = performance.now();
const seconds = Number(clock.dataset.left);
const WARNED_AT = 20; // seconds
let last = seconds;

function tick() {
  const left = Math.max(0, Math.ceil(seconds - (performance.now() - began) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  clock.parentElement.dataset.level = left === 0 ? "over" : left <= WARNED_AT ? "last" : "ok";
  if (last > WARNED_AT && left <= WARNED_AT) announce(`${left} seconds are left for this question.`);
  last = left;
  if (left > 0) return;
  clearInterval(timer);
  announce("The time for this question is over.");
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "over", value: "1" }));
  form.requestSubmit();
}

const timer = setInterval(tick, 500);
