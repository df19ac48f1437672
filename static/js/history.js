// The history of the text that is being written: opened over it, and an earlier text put back into
// the box as one more change, which Ctrl+Z takes back and the editor saves like any other.

import { announce } from "./announce.js";
import { put } from "./typing.js";
import { flushAll } from "./unsaved.js";

const PATIENCE = 2000; // ms to wait for the latest words to be saved, so that they are in the list

const dialog = document.querySelector("#history");

function show() {
  if (!dialog.open) dialog.showModal();
}

// --- asking for it ------------------------------------------------------------------------

function isOurs(event) {
  const { target, elt } = event.detail;
  return target === dialog || dialog.contains(target) || dialog.contains(elt);
}

document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.target !== dialog) return;
  event.preventDefault();
  flushAll(PATIENCE).then(() => event.detail.issueRequest(true));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isOurs(event)) return;
  const { xhr, target } = event.detail;
  if (xhr.status !== 200 || !new URL(xhr.responseURL).pathname.includes("/history/")) {
    event.detail.shouldSwap = false; // a sign-in form, or an error page
    trouble(target);
  }
});

document.addEventListener("htmx:sendError", (event) => isOurs(event) && trouble(event.detail.target));

function trouble(target) {
  const words = document.createElement("p");
  words.textContent = "The history cannot be shown just now. Your text is safe; please try again in a moment.";
  if (target !== dialog) return target.replaceChildren(words);
  const head = document.createElement("div");
  head.className = "history-head";
  head.innerHTML = '<h2 id="history-title">History</h2><form method="dialog"><button class="small">Close</button></form>';
  dialog.replaceChildren(head, words);
  return show();
}

// --- looking at it ------------------------------------------------------------------------

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog) return show();
  if (event.detail.target?.id === "history-version") showVersion(event.detail.target);
});

function showVersion(place) {
  const version = place.querySelector(".version");
  const number = Number(version.dataset.number);
  const links = [...dialog.querySelectorAll(".history-steps [data-number]")];
  // The latest is first; a save belongs to the step that ends with it or later.
  const current = links.findLast((link) => Number(link.dataset.number) >= number);
  for (const link of links) {
    if (link === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  dialog.querySelector("#history-status").textContent = version.dataset.said;
  place.scrollTop = 0;
  if (window.matchMedia("(width < 52rem)").matches) place.scrollIntoView({ block: "nearest" });
  if (document.activeElement === document.body || document.activeElement === dialog) {
    // "One save earlier" was pressed, and is not there any more.
    const same = place.querySelector(`[data-go=${gone}]`) ?? place.querySelector("[data-go]");
    same?.focus();
  }
}

let gone = "earlier";

dialog?.addEventListener("click", (event) => {
  gone = event.target.closest?.("[data-go]")?.dataset.go ?? gone;
  if (event.target === dialog) dialog.close(); // beside it
});

// --- putting a text back ------------------------------------------------------------------

dialog?.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-put-back]")) return;
  event.preventDefault();
  const { value } = event.target.elements.text;
  const box = document.getElementById(event.target.dataset.putBack);
  dialog.close();
  if (box.readOnly) announce("This text cannot be changed now.");
  else putBack(box, value);
});

function putBack(box, text) {
  if (box.hidden) document.querySelector("#views [data-view=write]")?.click();
  box.focus();
  if (box.value === text) return announce("Your text says that already.");
  put(box, { from: 0, to: box.value.length, text });
  return announce("The earlier text is back. Undo takes it away again.");
}
