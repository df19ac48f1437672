// Writing alone: the guide and the heads of the page give way; the clocks and the status stay.

import { announce } from "../announce.js";

const button = document.querySelector("#focus");

function show(isAlone) {
  document.body.classList.toggle("is-focused", isAlone);
  button.setAttribute("aria-pressed", String(isAlone));
}

/** Wire the button, and Escape. */
export function start() {
  button.addEventListener("click", () => {
    const isAlone = !document.body.classList.contains("is-focused");
    show(isAlone);
    announce(isAlone ? "Only your answer is shown. Escape brings the guide back." : "The guide is back.");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    if (!document.body.classList.contains("is-focused")) return;
    if (document.querySelector("dialog[open], details.menu[open]")) return; // Escape closes that first
    show(false);
    announce("The guide is back.");
  });
}
