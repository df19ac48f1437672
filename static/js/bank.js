// The curator's editor: keeps a draft a second after the first unsaved change, shows what is wrong
// with it in its lines, and never writes over what somebody else kept.

import { outline } from "./bank/outline.js";
import { Plain } from "./bank/plain.js";
import * as unsent from "./bank/unsent.js";
import { token } from "./csrf.js";

const SAVE_AFTER = 1000; // ms from the first unsaved change
const KEEP_AFTER = 300; // ms from a change until this device has it
const PATIENCE = 20000; // ms that one try may take
const RETRY = 4000; // ms until the next try when the server cannot be reached
const RULES_AFTER = 1500; // ms from a text that was kept until it is asked what else there is to do: that takes longer
const VISIT = 20000; // ms between two signs of life, which tell others that this draft is open

const form = document.querySelector("#draft");
const field = form.elements.text;
const base = form.elements.base;
const saving = document.querySelector("#saving"); // what a person is told of their words
const bar = document.querySelector("#bar");

let text = new Plain(field, { changed });
let saved = field.defaultValue; // as it was served: one may have typed before this file came
let timer = null;
let keeping = null;
let asking = null;
let request = null; // the promise of the one under way
let unanswered = null; // a text that the server may have: it is sent again before any other
let refusedText = null; // what the server will not have: only another text is sent
let isHalted = false; // two texts wait for a person's choice

function status(state, words) {
  saving.dataset.state = state;
  if (saving.textContent !== words) saving.textContent = words;
}

function changed() {
  keeping ??= setTimeout(keep, KEEP_AFTER);
  if (isHalted) return;
  if (saving.dataset.state === "saved") status("unsaved", "Not saved yet");
  timer ??= setTimeout(save, SAVE_AFTER);
}

// Whoever has two texts to choose from is not offered a third.
function halt(isSo) {
  isHalted = isSo;
  unsent.hide(isSo);
}

function keep() {
  clearTimeout(keeping);
  keeping = null;
  unsent.keep(text.value === saved ? null : text.value, base.value);
}

// --- keeping it on the server -----------------------------------------------------------------

/** Send what there is; gives a promise of when it was answered. */
function save() {
  clearTimeout(timer);
  timer = null;
  if (!isDue()) return Promise.resolve();
  request ??= send().finally(() => {
    request = null;
    if (isDue() && text.value !== saved) timer ??= setTimeout(save, SAVE_AFTER);
  });
  return request;
}

function isDue() {
  return !isHalted && text.value !== refusedText;
}

async function send() {
  const sent = (unanswered ??= text.value);
  const body = new URLSearchParams({ text: sent, base: base.value });
  status("saving", "Saving");
  try {
    const answer = await ask({ method: "POST", body });
    const html = await answer.text();
    if (answer.status < 500) unanswered = null; // else somebody on the way may have said it
    if (answer.ok || [409, 422].includes(answer.status)) show(html, answer.status, sent);
    else refused(answer);
  } catch {
    status("offline", "Not saved: no answer from the server, trying again");
    timer = setTimeout(save, RETRY);
  }
}

function ask(how, address = form.dataset.address) {
  const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(address, { ...how, headers, signal, redirect: "manual" }); // to the sign-in
}

// Nothing that is typed is lost: the page keeps it, and says what to do with it.
function refused({ status: code }) {
  const gone = ["conflict", "Not saved: this draft was published or thrown away. Copy your text before you leave"];
  const signedOut = ["signed-out", "Not saved: you are signed out. Sign in again in another tab"];
  const broken = ["offline", `Not saved: the server has a problem (${code}), trying again`];
  status(...(code === 404 ? gone : [0, 401, 403].includes(code) ? signedOut : broken));
  halt(code === 404);
  timer = isHalted ? null : setTimeout(save, RETRY);
}

// Where nothing was typed, the page only says that it is open: it makes no new revision, which
// would be in the way of who does type. It learns whether somebody else kept another text.
async function visit() {
  if (document.visibilityState !== "visible" || request || isHalted || timer !== null) return;
  let isOld = text.value !== saved;
  request = look().finally(() => (request = null));
  isOld = (await request) || isOld;
  if (isOld || text.value !== saved) save(); // also what was typed meanwhile
}

/** Whether what this page shows is no longer what is kept. */
async function look() {
  try {
    const answer = await ask({ method: "GET" });
    const state = answer.ok ? stateIn(await answer.text()) : null;
    if (state?.dataset.revision !== base.value) return true;
    if (text.value === saved) put(state); // else what it says of the text is said when that is sent
    sayIfSaved();
  } catch {
    // the next visit will tell
  }
  return false;
}

// --- what the server says of it ---------------------------------------------------------------

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
  mark();
}

// Marks in the text what the lists beside it say. Marks of a text that is typed on go along with it,
// as those of a list do that tells of an earlier revision.
function mark() {
  if (isHalted) text.mark("error", []); // the list is of another text
  else if (text.value === saved) text.mark("error", listed("#state"));
  const todo = document.querySelector(".todo")?.dataset;
  if (text.value === saved && todo?.revision === base.value) text.mark("warning", listed("#todo"));
  told();
}

// What keeps it from being published, though it can be read; it comes after the save.
async function tryRules() {
  try {
    const answer = await ask({ method: "GET" }, form.dataset.rules);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".todo");
    if (!answer.ok || found?.dataset.revision !== base.value) return; // a newer text is asked about next
    document.querySelector("#todo").replaceChildren(found);
  } catch {
    return; // the next save asks again
  }
  mark();
}

function told() {
  const count = listed("#state").length || listed("#todo").length; // what is to do waits for problems
  bar.querySelector("[data-next]").hidden = !count || text instanceof Plain;
  const link = bar.querySelector(".to-problems");
  const isAsked = document.querySelector("#state [data-take]") !== null;
  link.hidden = !count && !isAsked;
  link.textContent = isAsked ? "See both texts" : `${count} to mend`;
}

function listed(place) {
  return [...document.querySelectorAll(`${place} .problems > li`)].map((row) => ({
    line: Number(row.querySelector("[data-line]").dataset.line),
    message: row.querySelector("span").textContent.trim(),
  }));
}

function show(html, code, sent) {
  const state = stateIn(html);
  halt(code === 409);
  if (code === 409 || code === 422) {
    put(state);
    if (code === 422) refusedText = sent;
    if (code === 422) status("too-long", "Not saved: this text cannot be kept");
    else status("conflict", "Not saved: this draft was changed somewhere else");
    return;
  }
  saved = sent;
  overwrites(state.dataset.revision); // first: marks are of a revision
  put(state);
  keep();
  sayIfSaved();
  clearTimeout(asking);
  asking = setTimeout(tryRules, RULES_AFTER);
}

function sayIfSaved() {
  const found = [...document.querySelectorAll("#state h2")].map((each) => each.textContent.trim());
  if (text.value === saved) status("saved", ["Saved", ...found].join(". "));
}

function choose(whose) {
  const state = document.querySelector("#state");
  halt(false);
  overwrites(state.dataset.revision);
  if (whose === "theirs") {
    saved = state.querySelector(".theirs").value;
    text.put(saved);
  }
  text.focus();
  clearTimeout(timer);
  timer = null;
  keep();
  if (whose === "mine") save();
  else Promise.all([visit(), tryRules()]);
}

// What is typed from here on is written over this revision; which draft it is of is part of it.
function overwrites(revision) {
  base.value = revision;
  document.querySelectorAll("[name=revision]").forEach((each) => (each.value = revision));
}

// --- the page ---------------------------------------------------------------------------------

// The plain field does until the editor is there, and where it cannot be loaded.
async function enrich() {
  try {
    const { Code } = await import("./bank/code.js");
    text = new Code(field, { changed, suggest });
    bar.querySelector("[data-find]").hidden = false;
  } catch (error) {
    console.info("The plain field stays:", error.message);
  }
}

let known = null; // what may be written where; asked for once

async function suggest(...place) {
  try {
    const { suggestions } = await import("./bank/completion.js");
    known ??= fetch(form.dataset.schema).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)));
    return suggestions(...place, await known);
  } catch {
    known = null; // the next key asks again
    return null;
  }
}

// Who goes on to look at it or to publish takes along what was typed a moment ago.
async function goOn(event, link) {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (isElsewhere || isHalted || text.value === saved) return;
  event.preventDefault();
  await save();
  if (text.value !== saved) await save(); // typed while it was sent
  if (text.value === saved) location.assign(link.href);
}

// It is sent as written over what it was typed over: if there is a newer text, both are shown.
async function takeBack(kept) {
  await request;
  if (isHalted) return false;
  if (text.value !== saved) unsent.putAside(text.value, base.value);
  unanswered = null; // if the server has it after all, both are shown
  text.put(kept.text);
  overwrites(kept.base);
  keep();
  text.focus();
  save();
  return true;
}

function goTo(line) {
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  text.goTo(line);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(`a[href^="${form.dataset.question}"]`);
  const { line, take, next, find } = event.target.closest("[data-line], [data-take], [data-next], [data-find]")?.dataset ?? {};
  if (link) goOn(event, link);
  if (line) event.preventDefault();
  if (line) goTo(Number(line));
  else if (take) choose(take);
  else if (next !== undefined) text.next();
  else if (find !== undefined) text.find();
});
window.addEventListener("beforeunload", (event) => {
  if (text.value !== saved) event.preventDefault();
});
window.addEventListener("pagehide", keep);
window.addEventListener("online", () => text.value !== saved && save());
setInterval(visit, VISIT);

bar.hidden = false;
outline(() => text.rows);
await enrich();
mark();
tryRules();
unsent.offer(() => saved, takeBack);
if (text.value !== saved) changed();
if (/^#line-\d+$/u.test(location.hash)) goTo(Number(location.hash.slice(6)));
