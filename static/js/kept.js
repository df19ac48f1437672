// Texts that this device keeps until the server has them, in IndexedDB. Every page has its own
// place, so that one tab's success never deletes what another tab still has to send. A page that
// goes away also leaves a copy in localStorage, which is written at once: its last words may be
// younger than what IndexedDB was given time for. Of two copies the later one counts.

const STORE = "kept";
const BEFORE = "mlsd:page"; // in sessionStorage: the page that this tab showed before

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("mlsd", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const forgetIt = () => (opening = null);
      asked.result.onclose = forgetIt; // the browser's own doing: it is opened again when needed
      asked.result.onversionchange = () => {
        asked.result.close();
        forgetIt();
      };
      resolve(asked.result);
    };
  });
  opening.catch(() => (opening = null));
  return opening;
}

/** Do something in one transaction; give what it asked for when all of it is kept. */
async function within(mode, act, isCareful = false) {
  const database = await open();
  return new Promise((resolve, reject) => {
    // Relaxed outlives the browser's end, strict also the machine's: for what is nowhere else.
    const work = database.transaction(STORE, mode, { durability: isCareful ? "strict" : "relaxed" });
    const asked = act(work.objectStore(STORE));
    work.oncomplete = () => resolve(asked.map(({ result }) => result));
    work.onabort = () => reject(work.error);
    if (mode === "readwrite") work.commit();
  });
}

function identify() {
  const id = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  let before = null;
  try {
    before = sessionStorage.getItem(BEFORE);
    sessionStorage.setItem(BEFORE, id);
  } catch {
    // storage is forbidden: put() fails too, and the caller knows
  }
  return { id, before };
}

const page = identify();

/** This page's own place under a name. */
export function own(name) {
  return `${name}:${page.id}`;
}

/**
 * Keep a value at a place; null clears it. Rejects when storage is full or forbidden.
 * Careful: also safe from the machine's sudden end, for what the server cannot be given now.
 */
export async function put(place, value, { isCareful = false } = {}) {
  const copy = copyAt(place)?.turn; // one that is left while this is written is younger, and stays
  try {
    await within("readwrite", (store) => [value === null ? store.delete(place) : store.put(value, place)], isCareful);
  } catch (problem) {
    if (value !== null && !leaveCopy(place, value)) throw problem;
    if (value !== null) return;
  }
  if (copyAt(place)?.turn === copy) dropCopy(place);
}

/** Keep a value at once, while a page goes away. Says whether that was possible. */
export function leaveCopy(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Everything that is kept under a name: [place, value] pairs, the youngest (`at`) first, then this tab's own. */
export async function all(name) {
  const found = new Map();
  for (const [place, value] of [...copies(name), ...(await entries(name))]) {
    if (!(found.get(place)?.turn > (value.turn ?? 0))) found.set(place, value);
  }
  const mine = [own(name), `${name}:${page.before}`];
  const order = ([one, { at: late = 0 }], [other, { at: early = 0 }]) =>
    early - late || mine.includes(other) - mine.includes(one);
  return [...found].sort(order);
}

/** Forget a place. */
export async function forget(place) {
  await put(place, null);
}

async function entries(name) {
  const range = IDBKeyRange.bound(`${name}:`, `${name}:\uffff`);
  try {
    const [places, values] = await within("readonly", (store) => [store.getAllKeys(range), store.getAll(range)]);
    return places.map((place, at) => [place, values[at]]);
  } catch {
    return [];
  }
}

function copies(name) {
  const found = [];
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const place = localStorage.key(at);
      const value = place.startsWith(`${name}:`) ? copyAt(place) : null;
      if (value !== null) found.push([place, value]);
    }
  } catch {
    // forbidden: there is nothing
  }
  return found;
}

function copyAt(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null; // not ours
  }
}

/** Forget what leaveCopy() kept. */
export function dropCopy(place) {
  try {
    localStorage.removeItem(place);
  } catch {
    // forbidden: there is none
  }
}
