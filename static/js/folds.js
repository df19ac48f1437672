/* On a narrow screen the guide would push the editor far down: folds marked data-phone="closed" start closed.
 * Loaded blocking, right after the folds, so that nothing moves once it is painted. */
if (window.matchMedia("(width < 60rem)").matches) {
  for (const fold of document.querySelectorAll("details.fold[data-phone=closed]")) {
    fold.open = false;
  }
}
