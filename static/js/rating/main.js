// The scoring page: what a rater chooses and writes is one text (JSON) on the same way to the server as
// an answer is: kept on this device at once, sent a second later, never lost. Levels by 1-4, criteria
// by n and p, evidence by e, comments by c.

import { announce } from "../announce.js";
import { freshenForms } from "../csrf.js";
import { newKey } from "../queue.js";
import { Sheet } from "../sheet.js";
import { Opinion } from "./opinion.js";
import { tellPresence } from "./presence.js";
import { chosen, highlight, reading } from "./quotes.js";

const form = document.querySelector("#rating");
const help = document.querySelector("#help");
const opinion = new Opinion(form);
const criteria = [...form.querySelectorAll("[data-criterion]")];

// --- on its way -----------------------------------------------------------------------------

const view = {
  get text() {
    return opinion.text;
  },
  show(said) {
    opinion.text = said;
    refresh();
  },
  allow(isWritable) {
    opinion.allow(isWritable);
  },
  choose(choice, { theirs, settle }) {
    const chosenText = choice === "mine" ? opinion.text : theirs;
    settle(chosenText);
    this.show(chosenText);
  },
};

const blank = opinion.text;
const { text, base, key } = form.elements;
if (text.value) opinion.text = text.value;
const sheet = new Sheet({
  view,
  place: form.dataset.kept,
  who: form.dataset.who,
  url: form.dataset.draft,
  login: form.dataset.login,
  revision: Number(base.value),
  saved: form.querySelector("#saved").value || blank,
  measure: () => "your scoring is",
  line: document.querySelector("#save-state"),
  notice: document.querySelector("#following"),
  conflict: document.querySelector("#conflict"),
  choice: "#review-choice",
  what: "scoring",
});

function changed() {
  refresh();
  sheet.changed();
}

function refresh() {
  const left = criteria.filter((each) => !opinion.isDone(each.dataset.criterion)).length;
  const done = criteria.length - left;
  document.querySelector("#progress").textContent = `${done} of ${criteria.length} criteria`;
  highlight([...opinion.places()]);
}

// --- the criterion that keys are for --------------------------------------------------------

let current = criteria[0];

function goTo(criterion) {
  if (!criterion) return;
  current = criterion;
  for (const each of criteria) each.toggleAttribute("data-current", each === criterion);
}

function step(by) {
  const next = criteria[criteria.indexOf(current) + by];
  if (!next) return announce(by > 0 ? "This is the last criterion." : "This is the first criterion.");
  goTo(next);
  next.scrollIntoView({ block: "nearest" });
  (next.querySelector("input:checked") ?? next.querySelector("input")).focus({ preventScroll: true });
}

function setLevel(level) {
  const box = current.querySelector(`input[value="${level}"]`);
  if (box.disabled) return;
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  announce(`${current.querySelector("legend").firstChild.textContent.trim()}: level ${level}`);
}

// --- places of the answer -------------------------------------------------------------------

/** What is selected in the answer; says so where nothing is. */
function place() {
  const found = chosen();
  if (!found) announce("Select words of the answer first.");
  return found;
}

function addEvidence(criterion = current) {
  const found = opinion.isWritable && place();
  if (!found) return;
  goTo(criterion);
  opinion.addEvidence(criterion.dataset.criterion, found);
  changed();
  announce("Added as evidence.");
}

function addComment() {
  const found = opinion.isWritable && place();
  if (!found) return;
  opinion.addComment(found).focus();
  changed();
}

// --- submitting ---------------------------------------------------------------------------------

/** Only what this page shows and the server has is submitted, and never over another version. */
async function submit(event) {
  freshenForms();
  sheet.isLeaving = !sheet.isDirty;
  if (sheet.isLeaving && !sheet.isUndecided && !sheet.tabs.isFollowing) {
    text.value = opinion.text;
    return;
  }
  event.preventDefault();
  await sheet.flush();
  if (!sheet.isDirty && !sheet.isUndecided && !sheet.tabs.isFollowing) return form.requestSubmit(event.submitter);
  announce(sheet.isUndecided ? "Choose first which version to go on with." : "Not saved yet, so nothing was submitted.");
  document.querySelector(sheet.isUndecided ? "#conflict" : "#save-state").scrollIntoView({ block: "center" });
}

// --- keys -----------------------------------------------------------------------------------

// Who speaks to their device, or leans on the keyboard, may not want single letters to do things.
const keysAreOn = document.querySelector("#keys-are-on");
keysAreOn.checked = remembered() !== "off";
keysAreOn.addEventListener("change", () => remember(keysAreOn.checked ? "on" : "off"));

function remembered() {
  try {
    return localStorage.getItem("mlsd:rating-keys");
  } catch {
    return null; // storage is forbidden: then nothing is remembered
  }
}

function remember(value) {
  try {
    localStorage.setItem("mlsd:rating-keys", value);
  } catch {
    // as above
  }
}

const KEYS = {
  n: () => step(1),
  p: () => step(-1),
  e: () => addEvidence(),
  c: () => addComment(),
  a: () => document.querySelector("[data-text]")?.focus(),
  "?": () => help.showModal(),
  ...Object.fromEntries(["1", "2", "3", "4"].map((level) => [level, () => setLevel(level)])),
};

function isTyping({ target }) {
  return target.matches("textarea, input:not([type=radio])") || target.isContentEditable;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || isTyping(event)) return;
  if (event.key === "Escape" && event.target.closest("[data-text]")) {
    (current.querySelector("input:checked") ?? current.querySelector("input")).focus();
    return;
  }
  const act = keysAreOn.checked && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// --- beginning ------------------------------------------------------------------------------

form.addEventListener("change", ({ target }) => {
  opinion.askWhy();
  if (target.value === "none") target.closest("[data-criterion]").querySelector(".why-not input").focus();
  changed();
});
form.addEventListener("input", () => changed());
form.addEventListener("focusin", ({ target }) => goTo(target.closest("[data-criterion]") ?? current));
form.addEventListener("click", ({ target }) => {
  if (target.matches("[data-add-evidence]")) addEvidence(target.closest("[data-criterion]"));
});
document.querySelector("#add-comment").addEventListener("click", () => addComment());
document.querySelector("#show-help").addEventListener("click", () => help.showModal());
opinion.addEventListener("changed", () => changed());
sheet.addEventListener("acknowledged", ({ detail }) => {
  base.value = detail.revision;
  key.value = newKey();
});
form.addEventListener("submit", (event) => submit(event));
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
reading();
goTo(current);
refresh();
sheet.begin();
tellPresence(form.dataset.presence);
