// Shows the typed Markdown as the server renders it; nothing is kept there.

import { token } from "../csrf.js";

const PATIENCE = 15000; // ms that one rendering may take
const REFRESH_AFTER = 700; // ms from the first change that is not shown yet

const answer = document.querySelector("#answer");
const panel = document.querySelector("#preview");
const note = document.querySelector("#preview-note");

let shown = null; // the text that the panel shows
let request = null; // the promise of the rendering under way
let timer = null;

/** Show the text as it is now; resolves when it is there, or cannot be. */
export function refresh() {
  clearTimeout(timer);
  timer = null;
  request ??= render().finally(() => {
    request = null;
  });
  return request;
}

/** A change was made: it is shown soon, however long the typing goes on. */
export function refreshSoon() {
  timer ??= setTimeout(async () => {
    await request;
    await refresh();
    if (answer.value !== shown && !panel.hidden && note.hidden) refreshSoon();
  }, REFRESH_AFTER);
}

async function render() {
  const text = answer.value;
  if (text === shown) return;
  try {
    const response = await fetch(panel.dataset.url, {
      method: "POST",
      headers: { "X-CSRFToken": token(), "HX-Request": "true" },
      body: new URLSearchParams({ text }),
      redirect: "manual", // a sign-in form is no preview
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw new Error(String(response.status));
    put(await response.text());
    shown = text;
    note.hidden = true;
  } catch {
    note.hidden = false;
  }
}

function put(html) {
  // Whoever reads along at the end stays there.
  const isAtEnd = panel.scrollTop > 0 && panel.scrollTop + panel.clientHeight >= panel.scrollHeight - 4;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  panel.replaceChildren(...parsed.body.childNodes);
  if (!parsed.body.textContent && !panel.firstElementChild) panel.replaceChildren();
  if (isAtEnd) panel.scrollTop = panel.scrollHeight;
}
