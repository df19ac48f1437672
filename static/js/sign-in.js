// Sends every form with the token that counts, and keeps the sign-in page out of parts of a page. When a sign-in has expired, the server leads htmx
// there too; the whole window goes then, unless somebody is writing: the editor says it itself.

import { freshenForms } from "./csrf.js";

// Another tab, or a request that was under way, may have brought a new token since.
document.addEventListener("submit", ({ target }) => target.elements.csrfmiddlewaretoken && freshenForms(), true);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href);
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked.pathname) return;
  event.detail.shouldSwap = false;
  if (!document.querySelector("#editor[data-draft]")) location.reload();
});
