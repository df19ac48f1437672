// Texts that this device keeps until the server has them. Every tab has its own place, so that one
// tab's success never deletes what another tab still has to send.

const TAB = "mlsd:tab";

function tab() {
  try {
    const known = sessionStorage.getItem(TAB);
    if (known) return known;
    const fresh = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    sessionStorage.setItem(TAB, fresh);
    return fresh;
  } catch {
    return "0"; // storage is forbidden: put() fails too, and the caller knows
  }
}

/** Keep a value under this tab's place; null clears it. Throws when storage is full or forbidden. */
export function put(name, value) {
  const place = `${name}:${tab()}`;
  if (value === null) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify(value));
}

/** Take what this tab kept, or else what a tab left behind that is gone. */
export function take(name) {
  const own = `${name}:${tab()}`;
  for (const place of [own, ...all(name).map(([other]) => other)]) {
    const value = read(place);
    if (value === null) continue;
    if (place !== own) localStorage.removeItem(place);
    return value;
  }
  return null;
}

/** Everything that is kept under a name: [place, value] pairs. */
export function all(name) {
  const found = [];
  for (let i = 0; i < localStorage.length; i += 1) {
    const place = localStorage.key(i);
    const value = place.startsWith(`${name}:`) ? read(place) : null;
    if (value !== null) found.push([place, value]);
  }
  return found;
}

/** Forget one place. */
export function forget(place) {
  localStorage.removeItem(place);
}

function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null; // not ours
  }
}
