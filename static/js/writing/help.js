// The list of keys: by its button, by Ctrl+/ while writing, by ? elsewhere in the editor.

const dialog = document.querySelector("#help");
const isMac = /Mac|iPhone|iPad/u.test(navigator.platform);

/** Wire the dialog, and name the keys as this keyboard does. */
export function start(box) {
  document.querySelector("#show-help").addEventListener("click", () => dialog.showModal());
  document.querySelector(".pane-editor").addEventListener("keydown", (event) => {
    const isAsked = event.key === "?" && !event.target.matches("textarea, input, select");
    const isChord = event.key === "/" && event.ctrlKey !== event.metaKey && !event.altKey && !event.isComposing;
    if (!isAsked && !isChord) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) box.focus();
  });
  if (!isMac) return;
  for (const key of dialog.querySelectorAll("kbd")) key.textContent = key.textContent.replace("Ctrl", "⌘");
  for (const tool of document.querySelectorAll("[aria-keyshortcuts]")) {
    tool.title = tool.title.replace("Ctrl", "⌘");
    tool.setAttribute("aria-keyshortcuts", tool.getAttribute("aria-keyshortcuts").replaceAll("Control", "Meta"));
  }
}
