/* Light, dark or the system's choice: applied before the first paint, so this file is loaded blocking from <head>. */
(() => {
  const root = document.documentElement;
  const KEY = "mlsd-theme";
  const known = ["light", "dark"];

  const stored = () => {
    try {
      const value = localStorage.getItem(KEY);
      return known.includes(value) ? value : "system";
    } catch {
      return "system"; // storage is blocked: follow the system
    }
  };

  const apply = (theme) => {
    if (theme === "system") {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = theme;
    }
  };

  const keep = (theme) => {
    try {
      if (theme === "system") {
        localStorage.removeItem(KEY);
      } else {
        localStorage.setItem(KEY, theme);
      }
    } catch {
      // the choice holds for this page only
    }
  };

  root.classList.add("js");
  apply(stored());

  const tick = () => {
    const current = stored();
    for (const radio of document.querySelectorAll("input[name=theme]")) {
      radio.checked = radio.value === current;
    }
  };

  document.addEventListener("DOMContentLoaded", tick);
  window.addEventListener("pageshow", () => {
    apply(stored());
    tick();
  });
  // another tab changed it
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) {
      apply(stored());
      tick();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("input[name=theme]")) {
      keep(event.target.value);
      apply(event.target.value);
    }
  });
})();
