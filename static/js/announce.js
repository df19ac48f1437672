// Says something to people who do not see the page change, without moving the focus.

/** The clock has a place of its own, so that no other word takes the place of its warnings. */
export function announce(text, place = "#announce") {
  document.querySelector(place).textContent = text;
}
