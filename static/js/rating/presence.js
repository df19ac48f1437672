// Tells the server that the rater is reading, so that a claim does not run out over a long answer.
// Writing tells it by itself: every draft does.

import { token } from "../csrf.js";

const EVERY = 5 * 60 * 1000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"];

/** Say so at most once in five minutes, and only after something was done on the page. */
export function tellPresence(address) {
  let told = Date.now(); // the page itself was one sign
  const tell = () => {
    if (Date.now() - told < EVERY) return;
    told = Date.now();
    const headers = { "X-CSRFToken": token() };
    fetch(address, { method: "POST", headers, keepalive: true }).catch(() => {}); // the next sign tells it
  };
  for (const sign of SIGNS) document.addEventListener(sign, tell, { passive: true, capture: true });
}
