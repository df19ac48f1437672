// A text on its way from one page to the server: on this device at once, sent a second after the
// first unsaved change, and sent again until the server has it. Says truthfully which of these it
// is, and decides nothing that a person should. For the answer, the outline and the whiteboard.
//
// A text is sent with the revision it was typed over and a key of its own. Until the server has
// answered, that very text is sent again under the same key; only then the next one goes out.
// So a lost answer never looks like somebody else's change.
//
// Events, with their detail:
//   state         {state, text, words}: for the status line
//   restored      {text, words}: what this device kept; show it
//   acknowledged  {revision, left}: the server has it
//   conflict      {theirs, revision, base, over}: both texts, the text and the revision both began from
//   kept          {}: what this page shows was written down, here and for the tabs that follow

import { token } from "./csrf.js";
import * as device from "./kept.js";

const SAVE_AFTER = 1000; // ms from the first unsaved change
const RETRY_MOST = 30000; // ms between two tries at the most
const SIGNED_OUT_MOST = 3000; // the same while somebody signs in in another tab
const PATIENCE = 15000; // ms that one try may take, beside the time for its length
const SLOWEST = 50; // characters of a form in a ms that a slow line carries all the same
const SHORT = 10000; // characters; a line that does not carry those is no line
const MEASURE = 60000; // characters; a text below that is not refused for its length alone
const PAST_THE_END = 60000; // bytes: browsers carry at most 64 KiB past the end of a page

// Of all queues of the page: whichever speaks first claims it all, for the server counts nothing
// that lies before the last text it was sent.
let away = []; // [began, ended or null]: the server could not be reached, by performance.now()
let carried = 0; // characters under way that outlive the page

/** How long a text is, for people: "1 word". */
export function inWords(text) {
  const number = text.trim() ? text.trim().split(/\s+/u).length : 0;
  return `${number} word${number === 1 ? "" : "s"}`;
}

/** A key for one sending. randomUUID is missing where a page is served without TLS. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

/** Where a text differs from an older one, in characters as the server counts them. */
export function difference(old, text) {
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start += 1;
  if (/[\ud800-\udbff]/.test(text[start - 1] ?? "")) start -= 1; // a character is not cut in two
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  if (/[\udc00-\udfff]/.test(text[text.length - end] ?? "")) end -= 1;
  return { start: [...old.slice(0, start)].length, cut: [...old.slice(start, old.length - end)].length };
}

export class Queue extends EventTarget {
  /**
   * place: its name on this device; read(): the text now; who: whose text it is, so that nobody
   * else at this device is given it; measure(text): how long it is, for people; merge(base, one,
   * other): both texts in one, where there is a way.
   */
  constructor({ place, url, login, revision, saved, read, who = "", measure = inWords, merge = null }) {
    super();
    Object.assign(this, { url, login, revision, saved, read, who, measure, merge, name: place });
    this.place = device.own(place);
    this.sending = null; // {text, base, key, start, cut}: not yet answered
    this.request = null; // the promise of the request under way
    this.unchosen = []; // texts that somebody chose against: each becomes a revision first
    this.restored = null; // the text that this device had kept, until one of ours is saved over it
    this.resent = null; // what was kept as under way
    this.beforeLate = null; // what was saved before a text came too late
    this.timer = null;
    this.failures = 0;
    this.halted = false; // a conflict, a lock or too long a text waits for a person
    this.isTooLong = false; // shortening it is enough to go on
    this.isSignedOut = false;
    this.isRenewed = false; // the form's token, since the last text that arrived
    this.isOthers = false; // and somebody else is signed in
    this.isStopped = true; // not started, or another tab writes
    this.isLeaving = false; // by a button of this page, which sends the text along
    this.isGoing = false; // another page was asked for and is not here yet
    this.isStored = true; // as far as we know
    this.savedAt = null; // by performance.now()
    this.turn = 0; // counts what was kept
    this.keeping = null; // the promise of what was given to keep last
    this.isKeeping = false; // and whether it is being kept still
    this.isKept = false; // whether this device has anything of ours
    this.isChanged = false; // since the last time it was kept
  }

  get isDirty() {
    const isWaiting = this.sending !== null || this.unchosen.length > 0;
    return !this.isStopped && (isWaiting || this.read() !== this.saved);
  }

  /**
   * Find what the device kept, and begin; perhaps again, after another tab had its turn. Tells
   * whether there was anything.
   */
  async start() {
    this.listen();
    // What counts of an earlier turn is on the device, or was done by the other tab.
    Object.assign(this, { sending: null, unchosen: [], beforeLate: null, failures: 0 });
    Object.assign(this, { halted: false, isTooLong: false, isSignedOut: false });
    const kept = await this.take();
    this.isStopped = false;
    if (kept) this.restore(kept);
    if (this.isDirty) this.changed(); // also what was typed while this script was on its way
    else this.keep();
    if (!kept) return false;
    if (this.isDirty) this.now();
    else this.say("saved", "Saved");
    return true;
  }

  /** Another tab writes from now on. What is under way is that tab's to send again. */
  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.timer = null;
  }

  listen() {
    if (this.isListening) return;
    this.isListening = true;
    window.addEventListener("online", () => this.now());
    window.addEventListener("focus", () => this.now());
    document.addEventListener("mlsd:resumed", () => this.now());
    document.addEventListener("mlsd:on", () => this.goOn());
    document.addEventListener("visibilitychange", () => {
      this.now();
      if (document.visibilityState === "hidden") this.leaveCopy(); // phones end hidden pages unasked
    });
    window.addEventListener("pagehide", () => {
      this.leaveCopy();
      this.sayLastWords();
      this.now();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.isStopped) return;
      if (this.isDirty && !this.isLeaving && (!this.isStored || this.halted)) event.preventDefault();
      // The next page may have been made before the words arrived that are on their way: it finds
      // them on this device, and clears them itself. This page may stay after all.
      this.isGoing = true;
      setTimeout(() => (this.isGoing = false), PATIENCE);
    });
  }

  // --- on this device -------------------------------------------------------------------

  /** Keep the text on this device; changes that come while one is being written go together. */
  keep() {
    if (this.isStopped) return this.keeping;
    this.isChanged = true;
    if (!this.isKeeping) this.keeping = this.keepAll();
    return this.keeping;
  }

  async keepAll() {
    this.isKeeping = true;
    while (this.isChanged && !this.isStopped) {
      this.isChanged = false;
      const record = this.record();
      if (!record && !this.isKept) continue;
      try {
        await device.put(this.place, record, { isCareful: this.failures > 0 });
        this.isKept = record !== null;
        this.isStored = true;
      } catch {
        this.isStored = false; // storage is full or forbidden: the browser asks before leaving
      }
    }
    this.isKeeping = false; // in the same breath as the last look
    this.tell("kept");
  }

  record() {
    const isSaved = !this.isDirty;
    if (isSaved && !this.isGoing) return null;
    const { who, revision: base, saved, sending, unchosen } = this;
    this.turn += 1;
    return { who, turn: this.turn, at: Date.now(), text: this.read(), base, saved, sending, unchosen, isSaved };
  }

  leaveCopy() {
    if (!this.isStopped && this.isDirty) this.isKept = device.leaveCopy(this.place, this.record()) || this.isKept;
  }

  /** Take over what this page or another one has kept, the youngest: into a place of our own. */
  async take() {
    for (const [place, kept] of await device.all(this.name)) {
      if (kept.who && this.who && kept.who !== this.who) continue;
      // What is saved counts only where this page was made before.
      const isKnown = kept.text === this.saved && !kept.unchosen?.length;
      const isOld = isKnown || (kept.isSaved && kept.base <= this.revision);
      if (!isOld) await this.adopt(kept);
      if (place !== this.place && this.isStored) await device.forget(place);
      if (!isOld) return kept;
    }
    return null;
  }

  async adopt(kept) {
    this.turn += 1;
    this.isKept = true;
    try {
      await device.put(this.place, { ...kept, turn: this.turn });
    } catch {
      this.isStored = false;
    }
  }

  restore(kept) {
    const [shown, typed] = [this.saved, this.read()];
    const isTyped = typed !== shown; // before this script was there
    if (kept.isSaved) {
      this.revision = kept.base;
      this.saved = kept.text;
    } else if (kept.sending || kept.base !== this.revision) {
      // Our own text may have arrived, or be on its way still, without an answer that we saw; or
      // somebody else wrote meanwhile.
      this.sending = kept.sending ?? { text: kept.text, base: kept.base, key: newKey() };
      this.began = kept.saved;
    }
    this.unchosen = kept.unchosen ?? [];
    this.resent = this.sending;
    this.restored = kept.text;
    const text = isTyped && this.merge ? this.merge(shown, kept.text, typed) : kept.text;
    this.tell("restored", { text, words: this.measure(text) });
  }

  // --- to the server --------------------------------------------------------------------

  /** To be called at each change of the text. */
  changed() {
    if (this.isStopped) return;
    this.keep();
    if (this.isTooLong) this.halted = this.isTooLong = false;
    if (this.halted) return;
    if (!this.isDirty) return this.say("saved", "Saved");
    if (!this.failures) this.say("unsaved", "Not saved yet");
    this.timer ??= setTimeout(() => this.save(), SAVE_AFTER);
  }

  /** Send now what is not saved. */
  now() {
    if (!this.isStopped && this.isDirty && !this.halted) this.save();
  }

  /** Send now, and wait: once for the text under way, once for what was typed meanwhile. */
  async flush() {
    const turns = 2 + this.unchosen.length;
    for (let turn = 0; turn < turns && !this.isStopped && this.isDirty && !this.halted; turn += 1) await this.save();
  }

  save() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.halted) return Promise.resolve(); // what was typed meanwhile waits for a person, too
    this.request ??= this.send().finally(() => {
      this.request = null;
      if (this.isStopped || this.halted || this.failures || !this.isDirty) return;
      this.timer ??= setTimeout(() => this.save(), SAVE_AFTER);
    });
    return this.request;
  }

  compose(base, saved, text = this.read()) {
    return { text, base, key: newKey(), ...difference(saved, text) };
  }

  post(sending, claims) {
    const { text, base, key, start, cut } = sending;
    const body = new URLSearchParams({ text, base, key });
    if (start !== undefined) {
      body.set("start", start);
      body.set("cut", cut);
    }
    if (claims.length) body.set("away", JSON.stringify(claims));
    const size = body.toString().length;
    const keepalive = carried + size < PAST_THE_END;
    if (keepalive) carried += size;
    const answer = fetch(this.url, {
      method: "POST",
      headers: { "X-CSRFToken": token(), "HX-Request": "true" },
      body,
      redirect: "manual",
      keepalive,
      signal: AbortSignal.timeout(PATIENCE + size / SLOWEST),
    });
    return answer.finally(() => (carried -= keepalive ? size : 0));
  }

  async send() {
    if (!this.sending) {
      this.sending = this.compose(this.revision, this.saved, this.unchosen[0]);
      this.began = this.saved;
    }
    const { sending } = this;
    const isPast = () => this.isStopped || this.sending !== sending; // another tab had its turn
    const at = performance.now();
    const told = [...away];
    const claims = told.map(([began, ended]) => [at - began, at - (ended ?? at)].map((ms) => Math.round(ms) / 1000));
    this.keep();
    if (!this.failures) this.say("saving", "Saving");
    let response;
    let html;
    try {
      response = await this.post(sending, claims);
      html = await response.text();
    } catch (problem) {
      // A long text that took too long: perhaps the line is only slow.
      const isSlow = problem.name === "TimeoutError" && sending.text.length > SHORT;
      return isPast() ? undefined : this.failed(isSlow ? null : at);
    }
    if (response.status >= 500 || response.status === 429) return isPast() ? undefined : this.failed(at);
    this.reached();
    if (isPast()) return;
    if (response.status === 403 && !this.isRenewed) return this.renew();
    // A page that is another person's now is as good as signed out.
    if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) {
      return this.signedOut(response.status);
    }
    return this.answered(html, response.status, sending.text, told);
  }

  /** Perhaps only the token that a form needs is gone: any page of ours brings a new one. */
  async renew() {
    this.isRenewed = true;
    await fetch(this.login, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => {});
    return this.isStopped ? undefined : this.send();
  }

  /** Pages that end while a text is under way send the later one after it, as far as it goes. */
  sayLastWords() {
    const { sending } = this;
    if (this.isStopped || this.halted || !this.request || !sending || this.read() === sending.text) return;
    this.post(this.compose(sending.base + 1, sending.text), []).catch(() => {});
  }

  answered(html, status, text, told) {
    const answered = new DOMParser().parseFromString(html, "text/html");
    const state = answered.querySelector("#save-state");
    if (!state && [400, 413].includes(status) && text.length > MEASURE) return this.beyondMeasure();
    if (!state) return this.failed(performance.now());
    away = away.filter((each) => !told.includes(each));
    this.isSignedOut = false;
    const left = state.dataset.left ? Number(state.dataset.left) : null;
    if (left !== null) document.dispatchEvent(new CustomEvent("mlsd:left", { detail: left }));
    if (state.dataset.state === "paused") return this.paused(state.textContent);
    this.failures = 0;
    if (status !== 200) return this.refused(state, answered.querySelector("#theirs"), status, text, left);
    this.isRenewed = false;
    this.acknowledged(text, Number(state.dataset.revision), left);
  }

  acknowledged(text, revision, left) {
    // Last words of the page before this one can arrive until one of ours is saved.
    if (this.sending !== this.resent || text === this.restored) this.restored = null;
    this.sending = null;
    this.forgetUnchosen(text);
    this.revision = revision;
    this.saved = text;
    this.savedAt = performance.now();
    this.tell("acknowledged", { revision, left });
    this.keep();
    if (this.isDirty) this.say("unsaved", "Not saved yet");
    else this.say("saved", "Saved");
  }

  refused(state, theirs, status, text, left) {
    const revision = Number(state.dataset.revision);
    const found = theirs?.content.textContent;
    // The last words of the page before this one may arrive after this one has begun.
    if (found !== undefined && [this.read(), this.restored].includes(found)) return this.acknowledged(found, revision, left);
    const over = this.sending.base;
    this.sending = null;
    if (state.dataset.state === "late") this.cameLate(text);
    if (status === 413) this.forgetUnchosen(text);
    // What was refused may have been shortened or chosen against meanwhile.
    this.halted = status !== 413 || this.read() === text;
    this.isTooLong = this.halted && status === 413;
    this.keep();
    if (!this.halted) return this.say("unsaved", "Not saved yet");
    if (!theirs) return this.say(state.dataset.state, state.textContent);
    this.say("conflict", "Not saved: choose a version above");
    this.tell("conflict", { theirs: found, revision, base: this.began ?? "", over });
  }

  /** A text is kept there, though not counted: unless there is more time after all. */
  cameLate(text) {
    this.beforeLate = this.saved;
    this.saved = text;
    this.forgetUnchosen(text);
  }

  /** There is time again: what came late is sent like any text. */
  goOn() {
    if (this.isStopped || this.beforeLate === null) return;
    this.saved = this.beforeLate;
    this.beforeLate = null;
    this.halted = false;
    this.changed();
  }

  beyondMeasure() {
    // So long that the server, or one in front of it, did not even read it.
    this.failures = 0;
    this.forgetUnchosen(this.sending.text);
    this.sending = null;
    this.halted = this.isTooLong = true;
    this.keep();
    this.say("too-long", "Not saved: this text is far too long. Please shorten it.");
  }

  async failed(at) {
    this.failures += 1;
    if (at !== null && away.at(-1)?.[1] !== null) away.push([at, null]);
    this.retry(RETRY_MOST);
    await this.keep();
    const where = this.isStored ? "kept on this device" : "only in this page: do not close it";
    if (this.failures) this.say("offline", `Offline: ${this.measure(this.read())} ${where}`);
  }

  reached() {
    const last = away.at(-1);
    if (last && last[1] === null) last[1] = performance.now();
  }

  retry(most) {
    const wait = Math.min(most, SAVE_AFTER * 2 ** Math.min(this.failures - 1, 5));
    clearTimeout(this.timer);
    this.timer = this.isStopped ? null : setTimeout(() => this.save(), wait * (0.75 + Math.random() / 2));
  }

  paused(text) {
    this.failures += 1;
    this.keep();
    this.retry(RETRY_MOST);
    this.say("paused", text);
  }

  signedOut(status) {
    const isOthers = status === 404;
    const isNews = !this.isSignedOut || isOthers !== this.isOthers;
    Object.assign(this, { isSignedOut: true, isOthers });
    this.failures += 1;
    this.keep();
    this.retry(SIGNED_OUT_MOST);
    if (!isNews) return; // what stands there may have the focus
    const who = isOthers ? "Somebody else is signed in" : "Signed out";
    this.say("signed-out", `${who}: your words are kept on this device.`);
  }

  // --- a person decides -----------------------------------------------------------------

  /**
   * A conflict was decided for a text, which the page shows after this. What the page shows until
   * then becomes a revision first, so that nothing is lost that was not chosen.
   */
  settle({ revision, theirs, text }) {
    const known = [text, theirs];
    this.unchosen = [...new Set([...this.unchosen, this.read()])].filter((each) => !known.includes(each));
    this.revision = revision;
    this.saved = theirs;
    this.halted = false;
  }

  /** A text that somebody chose against is kept now, or never will be. */
  forgetUnchosen(text) {
    this.unchosen = this.unchosen.filter((each) => each !== text);
  }

  // --- to the page ----------------------------------------------------------------------

  say(state, text) {
    if (this.isStopped) return;
    this.tell("state", { state, text, words: this.measure(this.read()) });
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
