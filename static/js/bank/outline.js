// The document's fields and criteria, to jump to.

import { read } from "./yaml.js";

const menu = document.querySelector("#outline");

/** Its entries: {line, label, isInner}. */
function entries(rows) {
  return read(rows).children.flatMap((field) => [
    { line: field.line, label: field.name, isInner: false },
    ...inner(field).map(({ line, word }) => ({ line, label: word, isInner: true })),
  ]);
}

/** What names the entries of a field, where each is long: criteria and samples. */
function inner(field) {
  if (field.name === "rubric") return namesIn(field.child("criteria"), "id");
  return field.name === "samples" ? namesIn(field, "grade") : [];
}

function namesIn(list, name) {
  return (list?.children ?? []).map((each) => each.child(name)).filter((each) => each?.word);
}

/** Written when it is opened; `rows` gives the text as it is then. */
export function outline(rows) {
  menu.addEventListener("toggle", () => {
    if (menu.open) menu.querySelector(".menu-panel").replaceChildren(...entries(rows()).map(button));
  });
}

function button({ line, label, isInner }) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "menu-item", textContent: label });
  made.dataset.line = line;
  made.classList.toggle("inner", isInner);
  return made;
}
