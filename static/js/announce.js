// Says something to people who do not see the page change, without moving the focus.

export function announce(text) {
  document.querySelector("#announce").textContent = text;
}
