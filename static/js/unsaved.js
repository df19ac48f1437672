// Everything that this page has on its way to the server: the text, and the sheets of the
// whiteboard, which says what it has when it is asked for by "mlsd:queues".

import { editor } from "./editor.js";

/** The queues of this page. */
export function queues() {
  const found = editor ? [editor] : [];
  document.dispatchEvent(new CustomEvent("mlsd:queues", { detail: found }));
  return found;
}

/** Send all of it, and wait for the answers, so many ms at the most. */
export function flushAll(most) {
  const sent = Promise.all(queues().map((queue) => queue.flush()));
  return Promise.race([sent, new Promise((resolve) => setTimeout(resolve, most))]);
}
