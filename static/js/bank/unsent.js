// What was typed into a draft and never reached the server is kept on this device, and offered to
// whoever comes back; it never takes the place of another text by itself.

import * as device from "../kept.js";

const place = document.querySelector("#unsent");
// Every visit has a place of its own: what an earlier one left is not written over by this one.
const own = `${place.dataset.kept}:${Date.now()}`;
// While this page is open it holds the lock of that name (where browsers have locks).
navigator.locks?.request(own, () => new Promise(() => {}));

/** Keep a text and the revision that it was typed over; without a text forget it. */
export function keep(text, base) {
  put(own, text === null ? null : { text, base, at: Date.now() });
}

/** Put a text aside that another takes the place of: it is offered as if it were left behind. */
export function putAside(text, base) {
  put(`${own}-${Date.now()}`, { text, base, at: Date.now() });
}

function put(name, value) {
  // Where storage is full or forbidden, the page asks before it is left, as it does anyway.
  if (value === null) device.dropCopy(name);
  else device.leaveCopy(name, value);
}

/** What no open page has, the latest first: [place, value] pairs. */
async function left(served) {
  try {
    const { held } = (await navigator.locks?.query()) ?? { held: [] };
    const open = [own, ...held.map(({ name }) => name)];
    const found = (await device.all(place.dataset.kept)).filter(([key]) => !open.includes(key));
    await Promise.all(found.filter(([, { text }]) => text === served).map(([key]) => device.forget(key)));
    return found.filter(([, { text }]) => text !== served).sort(([, one], [, other]) => other.at - one.at);
  } catch {
    return []; // storage is forbidden
  }
}

/** Offer nothing for now, or what was offered again: a choice between three texts is none. */
export function hide(isHidden) {
  place.hidden = isHidden;
}

/** Show what was left behind and is not `served()`, the latest first.
 *
 * `take` is called with what somebody wants back, and tells whether it could be had.
 */
export async function offer(served, take) {
  const found = await left(served());
  if (!found.length) return;
  const [key, kept] = found[0];
  const notice = place.querySelector("template").content.cloneNode(true).firstElementChild;
  notice.querySelector("time").textContent = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  notice.querySelector("textarea").value = kept.text;
  notice.addEventListener("click", async ({ target }) => {
    const { unsent } = target.dataset;
    if (!unsent) return;
    notice.inert = true;
    const isDone = unsent === "forget" || (await take(kept)); // and from then on it is this visit's
    if (isDone) await device.forget(key);
    notice.inert = false;
    if (!isDone) return;
    notice.remove();
    offer(served, take);
  });
  place.append(notice);
}
