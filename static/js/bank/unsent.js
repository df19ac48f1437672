// What was typed into a draft and never reached the server is kept on this device, and offered to
// whoever comes back; it never takes the place of another text by itself.

import * as device from "../kept.js";

const place = document.querySelector("#unsent");
// Every visit has a place of its own: what an earlier one left is not written over by this one.
const own = `${place.dataset.kept}:${Date.now()}`;

/** Keep a text and the revision that it was typed over; without a text forget it. */
export function keep(text, base) {
  try {
    device.put(own, text === null ? null : { text, base, at: Date.now() });
  } catch {
    // Storage is full or forbidden: then the page asks before it is left, as it does anyway.
  }
}

function left(served) {
  try {
    const found = device.all(place.dataset.kept);
    found.filter(([, { text }]) => text === served).forEach(([key]) => device.forget(key));
    return found.filter(([, { text }]) => text !== served).sort(([, one], [, other]) => other.at - one.at);
  } catch {
    return []; // storage is forbidden
  }
}

/** Show what was left behind, the latest first; `take` is called with what somebody wants back. */
export function offer(served, take) {
  const found = left(served);
  if (!found.length) return;
  const [key, kept] = found[0];
  const notice = place.querySelector("template").content.cloneNode(true).firstElementChild;
  notice.querySelector("time").textContent = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  notice.querySelector("textarea").value = kept.text;
  notice.addEventListener("click", ({ target }) => {
    const { unsent } = target.dataset;
    if (!unsent) return;
    notice.remove();
    if (unsent === "take") take(kept); // and from then on it is this visit's
    device.forget(key);
    if (unsent === "forget") offer(served, take);
  });
  place.append(notice);
}
