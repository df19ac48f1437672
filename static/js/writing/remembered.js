/* The width of the guide that this device remembers, applied before the first paint: loaded blocking from <head>. */
(() => {
  try {
    const width = Number(localStorage.getItem("mlsd:guide"));
    if (width >= 20 && width <= 60) document.documentElement.style.setProperty("--guide", `${width}%`);
  } catch {
    // Storage is forbidden: the usual width.
  }
})();
