// Keeps what is typed: on this device at once, on the server a second after the first unsaved
// change, and says truthfully which of the two it is. Started by the answering page.
//
// A text is sent with the revision it was typed over and a key of its own. Until the server has
// answered, that very text is sent again under the same key; only then the next one goes out.
// So a lost answer never looks like somebody else's change.

import { announce } from "./announce.js";
import { freshenForms, token } from "./csrf.js";
import * as device from "./kept.js";

const SAVE_AFTER = 1000; // ms from the first unsaved change
const RETRY_MOST = 30000; // ms between two tries at the most
const SIGNED_OUT_MOST = 3000; // the same while somebody signs in in another tab
const PATIENCE = 15000; // ms that one try may take
const MEASURE = 60000; // characters; a text below that is not refused for its length alone

const form = document.querySelector("#editor[data-draft]");
const answer = document.querySelector("#answer");
const wordCount = document.querySelector("#words");

function words(text) {
  return text.trim() ? text.trim().split(/\s+/u).length : 0;
}

function count() {
  const number = words(answer.value);
  wordCount.textContent = `${number} word${number === 1 ? "" : "s"}`;
}

function newKey() {
  // randomUUID is missing where a page is served without TLS to another machine.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

class Editor {
  constructor() {
    this.revision = Number(form.elements.base.value);
    this.saved = answer.defaultValue; // the text that the server has as that revision
    this.sending = null; // {text, base, key}: not yet answered
    this.request = null; // the promise of the request under way
    this.timer = null;
    this.failures = 0;
    this.halted = false; // a conflict, a lock or too long a text waits for a person
    this.isTooLong = false; // shortening it is enough to go on
    this.isSignedOut = false;
    this.isLeaving = false; // by a button of this page, which sends the text along
    this.isGoing = false; // another page was asked for and is not here yet
    this.savedAt = null;
    this.wasTroubled = false;
  }

  get isDirty() {
    return this.sending !== null || answer.value !== this.saved;
  }

  start() {
    answer.addEventListener("input", () => this.changed());
    window.addEventListener("online", () => this.now());
    window.addEventListener("focus", () => this.now());
    document.addEventListener("visibilitychange", () => this.now());
    window.addEventListener("pagehide", () => this.now());
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    window.addEventListener("beforeunload", (event) => {
      if (this.isDirty && !this.isLeaving && (!this.isStored || this.halted)) event.preventDefault();
      // The next page may have been made before the words arrived that are on their way: it finds
      // them on this device, and clears them itself. This page may stay after all.
      this.isGoing = true;
      setTimeout(() => (this.isGoing = false), PATIENCE);
    });
    form.addEventListener("submit", (event) => this.leave(event));
    setInterval(() => this.tellAge(), 1000);
    this.recover();
  }

  // --- on this device -------------------------------------------------------------------

  keep() {
    const { revision, sending } = this;
    const isSaved = !this.isDirty;
    const kept = { text: answer.value, base: revision, sending, isSaved };
    try {
      device.put(form.dataset.kept, isSaved && !this.isGoing ? null : kept);
      this.isStored = true;
    } catch {
      this.isStored = false; // storage is full or forbidden: the browser asks before leaving
    }
  }

  async recover() {
    let kept = null;
    try {
      kept = device.take(form.dataset.kept);
    } catch {
      this.isStored = false;
    }
    if (!kept || kept.text === this.saved) {
      this.keep();
      // Something may have been typed while this script was on its way.
      return this.isDirty ? this.changed() : undefined;
    }
    answer.value = kept.text;
    count();
    const number = words(kept.text);
    announce(`${number} words that were kept on this device are back.`);
    if (kept.sending || kept.base !== this.revision) {
      // Our own text may have arrived, or be on its way still, without an answer that we saw; or
      // somebody else wrote meanwhile.
      this.sending = kept.sending ?? { text: kept.text, base: kept.base, key: newKey() };
    }
    return this.save();
  }

  // --- to the server --------------------------------------------------------------------

  changed() {
    count();
    this.keep();
    if (this.isTooLong) this.halted = this.isTooLong = false;
    if (this.halted) return;
    if (!this.isDirty) return this.say("saved", "Saved");
    if (!this.failures) this.say("unsaved", "Not saved yet");
    this.timer ??= setTimeout(() => this.save(), SAVE_AFTER);
  }

  now() {
    if (this.isDirty && !this.halted) this.save();
  }

  save() {
    clearTimeout(this.timer);
    this.timer = null;
    this.request ??= this.send().finally(() => {
      this.request = null;
      if (this.isDirty && !this.halted && !this.failures) this.timer ??= setTimeout(() => this.save(), SAVE_AFTER);
    });
    return this.request;
  }

  async send() {
    this.sending ??= { text: answer.value, base: this.revision, key: newKey() };
    const { text, base, key } = this.sending;
    this.keep();
    if (!this.failures) this.say("saving", "Saving");
    const body = new URLSearchParams({ text, base, key });
    let response;
    let html;
    try {
      response = await fetch(form.dataset.draft, {
        method: "POST",
        headers: { "X-CSRFToken": token(), "HX-Request": "true" },
        body,
        redirect: "manual",
        // Browsers carry at most 64 KiB past the end of a page, and refuse to send more that way.
        keepalive: body.toString().length < 60000,
        signal: AbortSignal.timeout(PATIENCE),
      });
      html = await response.text();
    } catch {
      return this.failed();
    }
    // A page that is another person's now is as good as signed out.
    if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) return this.signedOut();
    if (response.status >= 500 || response.status === 429) return this.failed();
    return this.answered(html, response.status, text);
  }

  answered(html, status, text) {
    const answered = new DOMParser().parseFromString(html, "text/html");
    const state = answered.querySelector("#save-state");
    if (!state && [400, 413].includes(status) && text.length > MEASURE) return this.beyondMeasure();
    if (!state) return this.failed();
    this.failures = 0;
    this.isSignedOut = false;
    if (status === 200) {
      this.sending = null;
      this.revision = Number(state.dataset.revision);
      this.saved = text;
      this.savedAt = performance.now();
      form.elements.base.value = this.revision;
      form.elements.key.value = newKey();
      freshenForms();
    } else {
      this.refused(state, answered.querySelector("#theirs"), status);
    }
    this.keep();
    if (state.dataset.left) {
      document.dispatchEvent(new CustomEvent("mlsd:left", { detail: Number(state.dataset.left) }));
    }
    if (status === 200 && this.isDirty) this.say("unsaved", "Not saved yet");
    else if (answered.querySelector("#theirs")) this.say("conflict", "Not saved: choose a version above");
    else this.say(state.dataset.state, state.textContent);
  }

  refused(state, theirs, status) {
    // A plain form post must not go over a text that nobody has chosen against.
    form.elements.base.value = this.sending.base;
    this.sending = null;
    this.halted = true;
    this.isTooLong = status === 413;
    if (theirs) this.offer(theirs.content.textContent, Number(state.dataset.revision));
  }

  beyondMeasure() {
    // So long that the server, or one in front of it, did not even read it.
    this.failures = 0;
    this.sending = null;
    this.halted = this.isTooLong = true;
    this.keep();
    this.say("too-long", "Not saved: this text is far too long. Please shorten it.");
  }

  failed() {
    this.failures += 1;
    this.keep();
    const number = words(answer.value);
    const where = this.isStored ? "kept on this device" : "only in this page: do not close it";
    this.say("offline", `Offline: ${number} word${number === 1 ? "" : "s"} ${where}`);
    this.retry(RETRY_MOST);
  }

  retry(most) {
    const wait = Math.min(most, SAVE_AFTER * 2 ** Math.min(this.failures - 1, 5));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait * (0.75 + Math.random() / 2));
  }

  signedOut() {
    const isNews = !this.isSignedOut;
    this.isSignedOut = true;
    this.failures += 1;
    this.keep();
    this.retry(SIGNED_OUT_MOST);
    if (!isNews) return; // the link below may have the focus
    this.say("signed-out", "Signed out: your words are kept on this device.");
    const link = document.createElement("a");
    link.href = form.dataset.login;
    link.target = "_blank";
    link.textContent = "Sign in again";
    document.querySelector("#save-state").append(" ", link);
  }

  // --- a person decides -----------------------------------------------------------------

  offer(theirs, revision) {
    const panel = document.querySelector("#conflict");
    const copy = document.querySelector("#conflict-choice").content.cloneNode(true);
    copy.querySelector("textarea").value = theirs;
    copy.querySelector("[data-choice=mine]").addEventListener("click", () => this.settle(revision, theirs, false));
    copy.querySelector("[data-choice=theirs]").addEventListener("click", () => this.settle(revision, theirs, true));
    panel.replaceChildren(copy);
    panel.hidden = false;
  }

  settle(revision, theirs, takeTheirs) {
    if (takeTheirs) answer.value = theirs;
    this.revision = revision;
    this.saved = theirs;
    this.halted = false;
    document.querySelector("#conflict").hidden = true;
    answer.focus();
    form.elements.base.value = revision;
    this.changed();
    this.now();
  }

  async leave(event) {
    freshenForms();
    this.isLeaving = !this.isDirty || (this.halted && !this.isTooLong);
    if (this.isLeaving) return;
    event.preventDefault();
    await this.flush();
    if (!this.isDirty) form.requestSubmit(event.submitter);
    else announce("Not saved yet, so you stay on this page.");
  }

  async flush() {
    // Once for the text under way, once for what was typed meanwhile.
    for (let turn = 0; turn < 2 && this.isDirty && !this.halted; turn += 1) await this.save();
  }

  // --- the status line ------------------------------------------------------------------

  say(state, text) {
    const line = document.querySelector("#save-state");
    line.dataset.state = state;
    line.textContent = text;
    this.tellAge();
    const isTrouble = !["saved", "saving", "unsaved"].includes(state);
    if (isTrouble) announce(text);
    else if (this.wasTroubled && state === "saved") announce("Saved again.");
    if (isTrouble || state === "saved") this.wasTroubled = isTrouble;
  }

  tellAge() {
    const line = document.querySelector("#save-state");
    if (line.dataset.state !== "saved" || this.savedAt === null) return;
    const seconds = Math.round((performance.now() - this.savedAt) / 1000);
    const age = seconds < 2 ? "just now" : seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
    line.textContent = `Saved ${age}`;
  }
}

function startTabs() {
  const write = document.querySelector("#write");
  const preview = document.querySelector("#show-preview");
  const show = (isPreview) => {
    document.querySelector("#preview").hidden = !isPreview;
    answer.hidden = isPreview;
    write.setAttribute("aria-pressed", String(!isPreview));
    preview.setAttribute("aria-pressed", String(isPreview));
    if (!isPreview) answer.focus();
  };
  write.addEventListener("click", () => show(false));
  preview.addEventListener("click", () => show(true));
}

if (answer) count();
document.querySelector(".stages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
export const editor = form ? new Editor() : null;
if (editor) {
  editor.start();
  startTabs();
}
