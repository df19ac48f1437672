// Buttons that copy what stands in a field, where the browser lets them.

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const field = document.querySelector(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      field.select();
      said.textContent = "Not copied: press Ctrl+C.";
    }
  });
}
