// The answering page's box: what is typed goes into the queue, and the page says what became of it.
// One tab of this browser writes; the others follow it until somebody wants to write there.

import { announce } from "./announce.js";
import { freshenForms } from "./csrf.js";
import { merge } from "./merge.js";
import { inWords, newKey, Queue } from "./queue.js";
import { offerSignIn } from "./sign-in-here.js";
import { Turn } from "./tabs.js";
import { put } from "./typing.js";

const form = document.querySelector("#editor[data-draft]");
const answer = document.querySelector("#answer");
const wordCount = document.querySelector("#words");
const line = document.querySelector("#save-state");
const following = document.querySelector("#following");

function count() {
  wordCount.textContent = inWords(answer.value);
}

/** Put a text in the place of what the box holds. */
function show(text) {
  if (answer.value === text) return;
  answer.value = text;
  count();
  answer.dispatchEvent(new Event("mlsd:replaced", { bubbles: true }));
}

// --- the status line ----------------------------------------------------------------------

let wasTroubled = false;

function say({ state, text }) {
  line.dataset.state = state;
  line.textContent = text;
  tellAge();
  if (state === "signed-out") offerSignIn(line, queue, goOn);
  if (state === "late") line.append(" ", wayToReport());
  const isTrouble = !["saved", "saving", "unsaved"].includes(state);
  if (isTrouble) announce(text);
  else if (wasTroubled && state === "saved") announce("Saved again.");
  if (isTrouble || state === "saved") wasTroubled = isTrouble;
}

function wayToReport() {
  const link = document.createElement("a");
  link.href = "../../report/";
  link.textContent = "See the report";
  return link;
}

function tellAge() {
  if (line.dataset.state !== "saved" || queue.savedAt === null) return;
  const seconds = Math.round((performance.now() - queue.savedAt) / 1000);
  const age = seconds < 2 ? "just now" : seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
  line.textContent = `Saved ${age}`;
}

/** Somebody is signed in again. */
function goOn() {
  answer.focus();
  queue.now();
}

// --- a person decides ---------------------------------------------------------------------

const panel = document.querySelector("#conflict");

function endOffer() {
  panel.hidden = true;
  panel.replaceChildren();
}

function offer({ theirs, revision, base }) {
  const copy = document.querySelector("#conflict-choice").content.cloneNode(true);
  copy.querySelector("textarea").value = theirs;
  const choices = { mine: (mine) => mine, theirs: () => theirs, both: (mine) => merge(base, theirs, mine) };
  for (const button of copy.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", () => {
      const text = choices[button.dataset.choice](answer.value);
      queue.settle({ revision, theirs, text });
      endOffer();
      form.elements.base.value = revision;
      replace(text);
      queue.changed();
      queue.now();
    });
  }
  panel.replaceChildren(copy);
  panel.hidden = false;
}

/** Put a text in the place of what the box holds, so that undo takes it back. */
function replace(text) {
  if (answer.hidden || answer.readOnly) show(text);
  else put(answer, { from: 0, to: answer.value.length, text, start: text.length, end: text.length });
}

async function leave(event) {
  freshenForms();
  if (turn.isFollowing) {
    event.preventDefault();
    await writeHere();
    if (!turn.isFollowing) form.requestSubmit(event.submitter);
    return;
  }
  queue.isLeaving = !queue.isDirty || (queue.halted && !queue.isTooLong);
  if (queue.isLeaving) return;
  event.preventDefault();
  await queue.flush();
  if (!queue.isDirty) form.requestSubmit(event.submitter);
  else announce("Not saved yet, so you stay on this page.");
}

// --- one tab writes -----------------------------------------------------------------------

let typed = null; // before it was known that another tab writes
let isAsked = false; // somebody wants to write here
let isHere = null; // called when that is so

function follow() {
  // What somebody typed before this script was there stays, and makes this the tab to write in.
  typed = form.dataset.started || answer.value === answer.defaultValue ? null : answer.value;
  queue.stop();
  answer.readOnly = true;
  following.hidden = false;
  endOffer();
  line.dataset.state = "following";
  line.textContent = "Shows what you write in another tab";
  form.dataset.started = "following";
  if (typed !== null) writeHere();
  else showHeard();
}

function showHeard() {
  if (!turn.isFollowing || !turn.heard || typed !== null) return;
  show(turn.heard.text);
  form.elements.base.value = turn.heard.revision;
}

/** Whether this stage may be written still: the tab that wrote may have gone on, or handed in. */
async function isOpen() {
  try {
    const response = await fetch(location.href, { redirect: "manual" });
    if (response.status !== 200) return response.type !== "opaqueredirect";
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("#editor[data-draft]") !== null;
  } catch {
    return true; // nobody can tell now; the server will
  }
}

async function write() {
  try {
    await takeUp();
  } finally {
    isHere?.(); // or was, when another tab took the turn meanwhile
  }
}

async function takeUp() {
  if (!queue.isStopped) return (answer.readOnly = false); // whoever asked for the turn is gone
  const { heard } = turn;
  if (form.dataset.started === "following" && !isAsked && !(await isOpen())) return location.reload();
  if (heard) {
    queue.revision = heard.revision;
    queue.saved = heard.saved;
    show(heard.saved);
  }
  const isRestored = await queue.start();
  if (turn.isFollowing) return queue.stop();
  if (heard && !isRestored) show(heard.text); // this device was not allowed to keep anything
  if (typed !== null) show(merge(answer.defaultValue, answer.value, typed));
  typed = null;
  turn.heard = null;
  form.elements.base.value = queue.revision;
  answer.readOnly = false;
  following.hidden = true;
  form.dataset.started = "yes";
  queue.changed();
  turn.tell();
}

async function writeHere() {
  if (isAsked) return;
  isAsked = true;
  const written = new Promise((resolve) => (isHere = resolve));
  await turn.takeOver();
  await written;
  isAsked = false;
  if (turn.isFollowing) return;
  answer.focus();
  announce("You write here now.");
}

/** Another tab wants to write: nothing more is typed here, and what was is made safe. */
async function letGo() {
  answer.readOnly = true;
  await queue.flush();
  await queue.keep();
}

function makeTurn() {
  const made = new Turn(form.dataset.kept, {
    state: () => ({ text: answer.value, revision: queue.revision, saved: queue.saved }),
    finish: () => queue.flush(),
    letGo,
  });
  made.addEventListener("writing", () => write());
  made.addEventListener("following", () => follow());
  made.addEventListener("heard", () => showHeard());
  return made;
}

// --- beginning ----------------------------------------------------------------------------

/** The queue of this page; a tab that follows has the words of the one that writes made safe. */
class Words extends Queue {
  async flush() {
    if (turn.isFollowing) await turn.ask("words");
    else await super.flush();
  }
}

function makeQueue() {
  const made = new Words({
    place: form.dataset.kept,
    who: form.dataset.who,
    url: form.dataset.draft,
    login: form.dataset.login,
    revision: Number(form.elements.base.value),
    saved: answer.defaultValue,
    read: () => answer.value,
    merge,
  });
  made.addEventListener("state", ({ detail }) => say(detail));
  made.addEventListener("kept", () => turn.tell());
  made.addEventListener("restored", ({ detail }) => {
    show(detail.text);
    form.elements.base.value = made.revision;
    announce(`${detail.words} that were kept on this device are back.`);
  });
  made.addEventListener("acknowledged", ({ detail }) => {
    form.elements.base.value = detail.revision;
    form.elements.key.value = newKey();
    freshenForms();
    turn.tell();
  });
  made.addEventListener("conflict", ({ detail }) => {
    // A plain form post must not go over a text that nobody has chosen against.
    form.elements.base.value = detail.over;
    offer(detail);
  });
  return made;
}

if (answer) count();
document.querySelector(".stages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
const queue = form ? makeQueue() : null;
const turn = form ? makeTurn() : null;
export const editor = queue;
if (queue) {
  answer.addEventListener("input", () => {
    count();
    queue.changed();
  });
  form.addEventListener("submit", (event) => leave(event));
  document.querySelector("#write-here").addEventListener("click", () => writeHere());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  setInterval(tellAge, 1000);
  turn.begin();
}
