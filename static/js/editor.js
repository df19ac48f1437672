// The answering page's text: the box that shows it, and the form that goes on from it.

import { announce } from "./announce.js";
import { freshenForms, token } from "./csrf.js";
import { merge } from "./merge.js";
import { inWords, newKey } from "./queue.js";
import { Sheet } from "./sheet.js";
import { put } from "./typing.js";

const PATIENCE = 5000; // ms to wait for what differs between two texts

const form = document.querySelector("#editor[data-draft]");
const answer = document.querySelector("#answer");
const wordCount = document.querySelector("#words");
const staying = document.querySelector("#staying");

function count() {
  wordCount.textContent = inWords(answer.value);
}

/** What the box does for its sheet. */
const box = {
  get text() {
    return answer.value;
  },

  /** Put a text in the place of what the box holds. */
  show(text) {
    if (answer.value === text) return;
    answer.value = text;
    count();
    answer.dispatchEvent(new Event("mlsd:replaced", { bubbles: true }));
  },

  allow(isWritable) {
    answer.readOnly = !isWritable;
  },

  choose(choice, { theirs, base, settle }) {
    const mine = answer.value;
    const text = { mine, theirs, both: merge(base, theirs, mine) }[choice];
    settle(text);
    // So that undo takes it back, where the box can be typed in.
    if (answer.hidden || answer.readOnly) this.show(text);
    else put(answer, { from: 0, to: mine.length, text });
  },
};

function wayToReport() {
  const link = document.createElement("a");
  return Object.assign(link, { href: form.dataset.report, textContent: "See the report" });
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

class Text extends Sheet {
  typed = null; // before it was known that another tab writes

  // --- what became of it ------------------------------------------------------------------

  show(state) {
    super.show(state);
    this.tellAge();
    if (state.state === "saved") staying.textContent = "";
  }

  tellAge() {
    if (this.line.dataset.state !== "saved" || this.savedAt === null) return;
    const seconds = Math.round((performance.now() - this.savedAt) / 1000);
    const age = seconds < 2 ? "just now" : seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
    this.line.textContent = `Saved ${age}`;
  }

  signedIn() {
    answer.focus();
    super.signedIn();
  }

  /** The words stay in the box, where they can be copied, and sent if there is more time after all. */
  closed(state) {
    if (state === "late") this.line.append(" ", wayToReport());
  }

  // --- one tab writes ---------------------------------------------------------------------

  follow() {
    // What somebody typed before this script was there stays, and makes this the tab to write in.
    this.typed = form.dataset.started || answer.value === answer.defaultValue ? null : answer.value;
    super.follow();
    if (this.typed !== null) this.writeHere();
  }

  showHeard() {
    if (this.typed === null) super.showHeard();
  }

  async writeHere() {
    await super.writeHere();
    if (this.tabs.isFollowing) return;
    answer.focus();
    announce("You write here now.");
  }

  async write() {
    const isUnasked = this.isStopped && form.dataset.started === "following" && !this.isAsked;
    if (isUnasked && !(await isOpen())) location.reload();
    else await super.write();
  }

  begun(isWriting) {
    form.dataset.started = isWriting ? "yes" : "following";
    if (!isWriting || this.typed === null) return;
    box.show(merge(answer.defaultValue, answer.value, this.typed));
    this.typed = null;
    this.changed();
  }

  // --- a person decides -------------------------------------------------------------------

  offer(conflict) {
    super.offer(conflict);
    this.showDifference(this.conflict.querySelector("[data-difference]"));
  }

  /** Show what differs between the two; where nobody can tell, the other one as a whole. */
  async showDifference(place) {
    try {
      if (!place.dataset.difference) throw new Error("nobody can tell");
      const response = await fetch(place.dataset.difference, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        body: new URLSearchParams({ text: answer.value }),
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!response.ok) throw new Error(response.status);
      place.querySelector("[data-passages]").innerHTML = await response.text();
      place.hidden = false;
    } catch {
      place.parentElement.querySelector("details").open = true;
    }
  }

  // --- going on ---------------------------------------------------------------------------

  /** The form takes the text along; it goes when the text is safe, or cannot be by waiting. */
  async leave(event) {
    freshenForms();
    staying.textContent = "";
    const isSettled = !this.isDirty || (this.halted && !this.isTooLong);
    this.isLeaving = isSettled && !this.isUndecided && !this.tabs.isFollowing;
    if (this.isLeaving) {
      form.elements.base.value = this.revision;
      form.elements.key.value = newKey();
      return;
    }
    event.preventDefault();
    if (this.tabs.isFollowing) {
      await this.writeHere();
      if (!this.tabs.isFollowing) form.requestSubmit(event.submitter);
      return;
    }
    await this.flush();
    if (this.isDirty || this.isUndecided) this.stay();
    else form.requestSubmit(event.submitter);
  }

  stay() {
    staying.textContent = this.isUndecided
      ? "Decide first which text to go on with."
      : "Not saved yet, so you stay on this page.";
    if (!this.isUndecided) return staying.scrollIntoView({ block: "nearest" }); // it may be far from the button
    this.conflict.scrollIntoView();
    return this.conflict.focus({ preventScroll: true });
  }
}

function begin() {
  const { kept, who, draft, login } = form.dataset;
  const text = new Text({
    what: "text",
    blank: "Nothing written yet",
    place: kept,
    who,
    url: draft,
    login,
    revision: Number(form.elements.base.value),
    saved: answer.defaultValue,
    merge,
    view: box,
    line: document.querySelector("#save-state"),
    notice: document.querySelector("#following"),
    conflict: document.querySelector("#conflict"),
    choice: "#conflict-choice",
  });
  text.addEventListener("begun", ({ detail }) => text.begun(detail.isWriting));
  text.addEventListener("acknowledged", () => freshenForms());
  answer.addEventListener("input", () => {
    count();
    text.changed();
  });
  form.addEventListener("submit", (event) => text.leave(event));
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  setInterval(() => text.tellAge(), 1000);
  text.begin();
  return text;
}

if (answer) count();
document.querySelector(".stages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
export const editor = form ? begin() : null;
