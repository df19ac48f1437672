// Keeps the sign-in page out of parts of a page. When a sign-in has expired, the server leads htmx
// there too; the whole window goes then, unless somebody is writing: the editor says it itself.

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href);
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked.pathname) return;
  event.detail.shouldSwap = false;
  if (!document.querySelector("#editor[data-draft]")) location.reload();
});
