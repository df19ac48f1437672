// A sheet of a stage, its text, its drawing or its outline, on its way to the server: its queue, the
// line of its state, its turns (one tab of this browser writes it, the others follow), and the choice
// that a person has when it was written somewhere else too.

import { announce } from "./announce.js";
import { Queue } from "./queue.js";
import { offerSignIn } from "./sign-in-here.js";
import { Turn } from "./tabs.js";

const QUIET = ["saved", "saving", "unsaved", "empty", "following"];

/** Show a state in its line; trouble is also said to those who do not see the line. */
export function tell(line, { state, text }) {
  const isNews = line.dataset.state !== state;
  line.dataset.state = state;
  line.textContent = text;
  if (isNews && !QUIET.includes(state)) announce(text);
}

export class Sheet extends Queue {
  /**
   * view: what shows it: `text`, show(text), allow(isWritable) and choose(choice, {theirs, base,
   * settle}), which settles for a text and shows it. line, notice, conflict: the places of its state,
   * of the word that another tab writes it, and of the choice in a conflict, whose template is choice;
   * what: how it is called, to people; blank: what its line says before anything is there.
   */
  constructor(options) {
    const { view, line, notice, conflict, choice, what, blank = "" } = options;
    super({ ...options, read: () => view.text });
    Object.assign(this, { view, line, notice, conflict, choice, what, blank });
    this.wasTroubled = false;
    this.isAsked = false; // somebody wants to write here
    this.tabs = this.makeTurn(options.place);
    this.addEventListener("state", ({ detail }) => this.show(detail));
    this.addEventListener("kept", () => this.tabs.tell());
    this.addEventListener("acknowledged", () => this.tabs.tell());
    this.addEventListener("restored", ({ detail }) => {
      view.show(detail.text);
      announce(`The ${what} that this device kept is back.`);
    });
    this.addEventListener("conflict", ({ detail }) => this.offer(detail));
    notice.querySelector("button").addEventListener("click", () => this.writeHere());
  }

  begin() {
    this.tabs.begin();
  }

  /** Make safe what is shown, here or in the tab that writes. */
  async flush() {
    if (this.tabs.isFollowing) await this.tabs.ask("words");
    else await super.flush();
  }

  // --- what became of it ------------------------------------------------------------------

  show({ state, text }) {
    tell(this.line, { state, text });
    const isTrouble = !QUIET.includes(state);
    if (this.wasTroubled && state === "saved") announce("Saved again.");
    if (isTrouble || state === "saved") this.wasTroubled = isTrouble;
    if (state === "signed-out") offerSignIn(this.line, this, () => this.signedIn());
    if (state === "locked" || state === "late") this.closed(state);
  }

  /** Somebody is signed in again. */
  signedIn() {
    this.now();
  }

  /** The server takes no more of it. */
  closed() {
    this.view.allow(false);
  }

  // --- one tab writes ---------------------------------------------------------------------

  makeTurn(name) {
    const tabs = new Turn(name, {
      state: () => ({ text: this.view.text, revision: this.revision, saved: this.saved }),
      finish: () => super.flush(),
      letGo: async () => {
        this.view.allow(false); // and what was typed is made safe
        await super.flush();
        await this.keep();
      },
    });
    tabs.addEventListener("writing", () => this.write());
    tabs.addEventListener("following", () => this.follow());
    tabs.addEventListener("heard", () => this.showHeard());
    return tabs;
  }

  /** Take the turn, and wait until this tab has it, or another one took it meanwhile. */
  async writeHere() {
    if (this.isAsked) return;
    this.isAsked = true;
    const begun = new Promise((resolve) => this.addEventListener("begun", resolve, { once: true }));
    await this.tabs.takeOver();
    await begun;
    this.isAsked = false;
  }

  async write() {
    if (!this.isStopped) return this.view.allow(true); // whoever asked for the turn is gone
    const { heard } = this.tabs;
    if (heard) {
      this.revision = heard.revision;
      this.saved = heard.saved;
      this.view.show(heard.saved);
    }
    const isRestored = await this.start();
    if (this.tabs.isFollowing) return this.stop();
    if (heard && !isRestored) this.view.show(heard.text); // this device was not allowed to keep anything
    this.tabs.heard = null;
    this.notice.hidden = true;
    this.view.allow(true);
    if (this.isDirty) this.changed();
    else if (!isRestored) this.show(this.revision ? { state: "saved", text: "Saved" } : { state: "empty", text: this.blank });
    this.tabs.tell();
    return this.tell("begun", { isWriting: true });
  }

  follow() {
    this.stop();
    this.view.allow(false);
    this.notice.hidden = false;
    this.endOffer();
    this.show({ state: "following", text: "Shows what you do in another tab" });
    this.showHeard();
    this.tell("begun", { isWriting: false });
  }

  showHeard() {
    const { heard, isFollowing } = this.tabs;
    if (isFollowing && heard && heard.text !== this.view.text) this.view.show(heard.text);
  }

  // --- a person decides -------------------------------------------------------------------

  /** Whether somebody has to choose between two texts first. */
  get isUndecided() {
    return !this.conflict.hidden;
  }

  endOffer() {
    this.conflict.hidden = true;
    this.conflict.replaceChildren();
  }

  offer({ theirs, revision, base }) {
    const copy = document.querySelector(this.choice).content.cloneNode(true);
    for (const place of copy.querySelectorAll("[data-theirs]")) place.textContent = theirs;
    for (const button of copy.querySelectorAll("[data-choice]")) {
      button.addEventListener("click", () => {
        this.endOffer();
        this.view.choose(button.dataset.choice, { theirs, base, settle: (text) => this.settle({ revision, theirs, text }) });
        this.changed();
        this.now();
      });
    }
    this.conflict.replaceChildren(copy);
    this.conflict.hidden = false;
  }
}
