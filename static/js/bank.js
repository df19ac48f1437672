// The curator's editor: keeps a draft a second after the first unsaved change, shows what is wrong
// with it beside its lines, and never writes over what somebody else kept.

import { token } from "./csrf.js";

const SAVE_AFTER = 1000; // ms from the first unsaved change
const RETRY = 4000; // ms until the next try when the server cannot be reached
const VISIT = 20000; // ms between two signs of life, which tell others that this draft is open

const form = document.querySelector("#draft");
const text = form.elements.text;
const base = form.elements.base;
const lines = document.querySelector("#lines");
const saving = document.querySelector("#saving"); // what a person is told of their words

let saved = text.defaultValue; // as it was served: one may have typed before this file came
let timer = null;
let isSending = false;
let unanswered = null; // a text that the server may have: it is sent again before any other
let isHalted = false; // two texts wait for a person's choice

function status(state, words) {
  saving.dataset.state = state;
  if (saving.textContent !== words) saving.textContent = words;
}

function number() {
  const count = text.value.split("\n").length;
  const found = isHalted ? [] : document.querySelectorAll("#state [data-line]"); // of another text
  const wrong = new Set([...found].map((link) => Number(link.dataset.line)));
  const rows = [];
  for (let line = 1; line <= count; line += 1) rows.push(wrong.has(line) ? `▸ ${line}` : `${line}`);
  lines.textContent = rows.join("\n");
  lines.scrollTop = text.scrollTop;
}

function changed() {
  number();
  if (isHalted) return;
  if (saving.dataset.state === "saved") status("unsaved", "Not saved yet");
  if (timer === null) timer = setTimeout(save, SAVE_AFTER);
}

async function save() {
  timer = null;
  if (isSending || isHalted) return;
  isSending = true;
  const sent = (unanswered ??= text.value);
  const body = new FormData();
  body.set("text", sent);
  body.set("base", base.value);
  status("saving", "Saving");
  try {
    const answer = await ask({ method: "POST", body });
    unanswered = null;
    if (answer.ok || [409, 422].includes(answer.status)) show(await answer.text(), answer.status, sent);
    else refused(answer);
  } catch {
    status("offline", "Not saved: no answer from the server, trying again");
    timer = setTimeout(save, RETRY);
  }
  isSending = false;
  if (!isHalted && text.value !== saved && timer === null) timer = setTimeout(save, SAVE_AFTER);
}

function ask(how) {
  const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
  return fetch(form.dataset.address, { ...how, headers, redirect: "manual" }); // to the sign-in
}

// Nothing that is typed is lost: the page keeps it, and says what to do with it.
function refused({ status: code }) {
  const gone = ["conflict", "Not saved: this draft was published or thrown away. Copy your text before you leave"];
  const signedOut = ["signed-out", "Not saved: you are signed out. Sign in again in another tab"];
  const broken = ["offline", `Not saved: the server has a problem (${code}), trying again`];
  status(...(code === 404 ? gone : [0, 401, 403].includes(code) ? signedOut : broken));
  isHalted = code === 404;
  timer = isHalted ? null : setTimeout(save, RETRY);
}

// Where nothing was typed, the page only says that it is open: it makes no new revision, which
// would be in the way of who does type. It learns whether somebody else kept another text.
async function visit() {
  if (document.visibilityState !== "visible" || isSending || isHalted || timer !== null) return;
  isSending = true;
  let isOld = text.value !== saved;
  try {
    const answer = await ask({ method: "GET" });
    const state = answer.ok ? stateIn(await answer.text()) : null;
    if (state?.dataset.revision === base.value) put(state);
    else isOld = true;
    if (!isOld) sayIfSaved();
  } catch {
    isOld = false; // the next visit will tell
  }
  isSending = false;
  if (isOld) save();
}

function stateIn(html) {
  const state = new DOMParser().parseFromString(html, "text/html").querySelector("#state");
  if (!state) throw new Error("no state");
  return state;
}

// What says the same stays, and keeps the focus.
function put(state) {
  const old = document.querySelector("#state");
  old.dataset.revision = state.dataset.revision;
  if (old.innerHTML !== state.innerHTML) old.replaceWith(state);
  number();
}

function show(html, code, sent) {
  const state = stateIn(html);
  isHalted = code === 409;
  put(state);
  if (code === 409) {
    status("conflict", "Not saved: somebody else wrote on this draft");
    return;
  }
  if (code === 422) {
    status("too-long", "Not saved: this text cannot be kept");
    timer = setTimeout(save, RETRY);
    return;
  }
  saved = sent;
  overwrites(state.dataset.revision);
  sayIfSaved();
}

function sayIfSaved() {
  const found = document.querySelector("#state h2").textContent;
  if (text.value === saved) status("saved", `Saved. ${found}`);
}

function choose(whose) {
  const state = document.querySelector("#state");
  isHalted = false;
  if (whose === "theirs") text.value = saved = state.querySelector(".theirs").value;
  overwrites(state.dataset.revision);
  text.focus();
  if (whose === "theirs") visit();
  else save();
}

// What is typed from here on is written over this revision; which draft it is of is part of it.
function overwrites(revision) {
  base.value = revision;
  document.querySelectorAll("[name=revision]").forEach((field) => (field.value = revision));
}

function goTo(line) {
  const rows = text.value.split("\n");
  const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (rows[line - 1] ?? "").length);
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 4) * height);
}

// Tab moves marked rows; after Escape it leaves the field, as elsewhere.
let leaves = false;

function key(event) {
  if (event.key === "Escape") leaves = true;
  else if (event.key !== "Tab" || leaves) leaves = event.key === "Tab" || event.key === "Shift" ? leaves : false;
  else indent(event);
}

function indent(event) {
  const { value, selectionStart: start, selectionEnd: end } = text;
  if (start === end && !event.shiftKey) return; // without a mark Tab leaves, nobody is caught
  event.preventDefault();
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const rows = value.slice(from, end).split("\n");
  const moved = rows.map((row) => (event.shiftKey ? row.replace(/^ {1,2}/u, "") : `  ${row}`)).join("\n");
  text.setRangeText(moved, from, end, "select");
  changed();
}

text.addEventListener("input", changed);
text.addEventListener("keydown", key);
text.addEventListener("scroll", () => (lines.scrollTop = text.scrollTop));
// Who goes to publish takes along what was typed a moment ago.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href$='/publication/']");
  if (!link || text.value === saved || isHalted) return;
  event.preventDefault();
  await save();
  if (text.value === saved) location.assign(link.href);
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-line], [data-take]");
  if (!target) return;
  event.preventDefault();
  if (target.dataset.line) goTo(Number(target.dataset.line));
  else choose(target.dataset.take);
});
window.addEventListener("beforeunload", (event) => {
  if (text.value !== saved) event.preventDefault();
});
setInterval(visit, VISIT);
number();
if (text.value !== saved) changed();
if (/^#line-\d+$/u.test(location.hash)) goTo(Number(location.hash.slice(6)));
