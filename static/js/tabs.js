// Whose turn it is: of the tabs of this browser that show a text, one writes it; the others follow,
// and show what it shows. Whoever wants to write here asks the writer to let go, which it does when
// its words are safe. Where there are no locks (a page without TLS from another machine) every tab
// writes, and the server tells them apart.
//
// Events: "writing" (this tab writes from now on), "following" (another one does), "heard" (what it
// wrote is in `heard`: {text, revision, saved}).

const SILENCE = 1000; // ms after which a writer that does not answer is taken to be there all the same
const PARTING = 5000; // ms that a writer has for making its words safe

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class Turn extends EventTarget {
  /**
   * state(): what this tab shows, for others; finish(): makes the words safe;
   * letGo(): the same, and takes no more of them.
   */
  constructor(name, { state, finish, letGo }) {
    super();
    Object.assign(this, { name, state, finish, letGo });
    this.role = null;
    this.heard = null;
    this.release = null; // lets go of the lock
    this.answered = null; // called when the writer has done what it was asked for
  }

  get isFollowing() {
    return this.role === "following";
  }

  begin() {
    if (!navigator.locks) return this.become("writing");
    this.channel = new BroadcastChannel(this.name);
    this.channel.addEventListener("message", ({ data }) => this.hear(data));
    window.addEventListener("pagehide", () => {
      this.waiting?.abort();
      this.release?.();
    });
    this.request();
    this.channel.postMessage({ asks: "who" });
    setTimeout(() => this.role ?? this.become("following"), SILENCE);
  }

  become(role) {
    this.role = role;
    this.dispatchEvent(new Event(role));
  }

  /** Wait for the turn, or take it from whoever has it. */
  async request(options = {}) {
    this.waiting?.abort();
    this.waiting = new AbortController();
    const { signal } = this.waiting;
    let isHeld = false;
    try {
      await navigator.locks.request(this.name, options.steal ? options : { signal }, () => {
        isHeld = true;
        this.become("writing");
        return new Promise((resolve) => (this.release = resolve));
      });
    } catch {
      if (!isHeld) return; // no need to wait any more
      this.become("following");
      this.request();
    }
  }

  hear({ asks, says, done }) {
    if (this.role === "writing") {
      if (asks) this.answer(asks);
      return;
    }
    if (!says) return;
    this.heard = says;
    if (!this.role) this.become("following");
    this.dispatchEvent(new Event("heard"));
    if (done) this.answered?.();
  }

  async answer(asks) {
    if (asks === "turn") {
      await this.letGo();
      // Whoever asked takes it now; or is gone, and it stays here.
      setTimeout(() => this.role === "writing" && this.become("writing"), PARTING);
    }
    if (asks === "words") await this.finish();
    this.tell(asks !== "who");
  }

  /** Say to those who follow what this tab shows. */
  tell(isDone = false) {
    if (this.role === "writing") this.channel?.postMessage({ says: this.state(), done: isDone });
  }

  /** Ask the writer to make its words safe, or to let go as well. */
  async ask(what) {
    const answer = new Promise((resolve) => (this.answered = resolve));
    this.channel.postMessage({ asks: what });
    await Promise.race([answer, pause(PARTING)]);
  }

  /** Write here: also when the writer does not answer, for its words are on this device. */
  async takeOver() {
    await this.ask("turn");
    if (this.isFollowing) this.request({ steal: true });
  }
}
