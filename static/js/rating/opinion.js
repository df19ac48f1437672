// What a rater has said, in the fields of the page and as one text: JSON with its parts always in the
// same order, so that the same choices are the same text.

const NONE = { levels: {}, not_judged: {}, evidence: {}, comments: [], recommendation: "", summary: "", reason: "" };

export class Opinion extends EventTarget {
  constructor(form) {
    super();
    this.form = form;
    this.criteria = [...form.querySelectorAll("[data-criterion]")];
    this.evidence = {}; // criterion: [{stage, start, end, quote}]
    this.comments = []; // {stage, start, end, quote, text}
    this.isWritable = true;
  }

  // --- as one text ------------------------------------------------------------------------

  get text() {
    const { elements } = this.form;
    const said = structuredClone(NONE);
    for (const { dataset } of this.criteria) {
      const id = dataset.criterion;
      const level = elements[`level-${id}`].value;
      const why = elements[`why-${id}`].value;
      if (/[1-4]/.test(level)) said.levels[id] = Number(level);
      if (level === "none") said.not_judged[id] = why;
      if (this.evidence[id]?.length) said.evidence[id] = this.evidence[id];
    }
    said.comments = this.comments;
    for (const name of ["recommendation", "summary", "reason"]) said[name] = elements[name]?.value ?? "";
    return JSON.stringify(said);
  }

  set text(text) {
    const said = { ...structuredClone(NONE), ...parsed(text) };
    const { elements } = this.form;
    this.evidence = said.evidence;
    this.comments = said.comments;
    for (const { dataset } of this.criteria) {
      const id = dataset.criterion;
      const none = id in said.not_judged ? "none" : "";
      check(elements[`level-${id}`], String(said.levels[id] ?? none));
      elements[`why-${id}`].value = said.not_judged[id] ?? "";
    }
    check(elements.recommendation, said.recommendation);
    for (const name of ["summary", "reason"]) if (elements[name]) elements[name].value = said[name];
    this.show();
  }

  // --- what is there ----------------------------------------------------------------------

  isDone(id) {
    const level = this.form.elements[`level-${id}`].value;
    return level === "none" ? this.form.elements[`why-${id}`].value.trim() !== "" : level !== "";
  }

  *places() {
    for (const each of Object.values(this.evidence)) yield* each;
    yield* this.comments;
  }

  addEvidence(id, place) {
    const isSame = (other) => other.stage === place.stage && other.start === place.start && other.end === place.end;
    if (this.evidence[id]?.some(isSame)) return;
    (this.evidence[id] ??= []).push(place);
    this.show();
  }

  /** Begin a comment on a place; gives its field. */
  addComment(place) {
    this.comments.push({ ...place, text: "" });
    this.show();
    return [...document.querySelectorAll(`[data-remarks="${stageOf(place)}"] textarea`)].at(-1);
  }

  allow(isWritable) {
    this.isWritable = isWritable;
    for (const field of this.form.elements) if (field.type !== "hidden") field.disabled = !isWritable && !field.matches("#show-help");
    for (const field of document.querySelectorAll(".remarks textarea, .remarks button")) field.disabled = !isWritable;
  }

  // --- on the page ------------------------------------------------------------------------

  /** Ask why, where a criterion is not judged. */
  askWhy() {
    for (const box of this.criteria) {
      const level = this.form.elements[`level-${box.dataset.criterion}`].value;
      box.querySelector(".why-not").hidden = level !== "none";
    }
  }

  show() {
    this.askWhy();
    for (const box of this.criteria) {
      const id = box.dataset.criterion;
      const list = box.querySelector("[data-evidence]");
      list.replaceChildren(...(this.evidence[id] ?? []).map((place) => this.row(place, this.evidence[id])));
    }
    for (const list of document.querySelectorAll("[data-remarks]")) {
      const own = this.comments.filter((comment) => stageOf(comment) === list.dataset.remarks);
      list.replaceChildren(...own.map((comment) => this.remark(comment)));
    }
  }

  row(place, from) {
    const row = document.createElement("li");
    const quote = document.createElement("q");
    quote.textContent = place.quote;
    row.append(quote, this.remover(place, from, "Remove this quote"));
    return row;
  }

  remark(comment) {
    const row = this.row(comment, this.comments);
    const field = document.createElement("textarea");
    Object.assign(field, { value: comment.text, rows: 2, maxLength: 5000, disabled: !this.isWritable });
    field.setAttribute("aria-label", `Comment on: ${comment.quote}`);
    field.addEventListener("input", () => {
      comment.text = field.value;
      this.dispatchEvent(new Event("changed"));
    });
    row.insertBefore(field, row.lastChild);
    return row;
  }

  remover(place, from, words) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "small quiet", textContent: "Remove", disabled: !this.isWritable });
    button.setAttribute("aria-label", `${words}: ${place.quote}`);
    button.addEventListener("click", () => {
      from.splice(from.indexOf(place), 1);
      this.show();
      this.dispatchEvent(new Event("changed"));
    });
    return button;
  }
}

/** Choose one of a group, or none: a value that none has leaves the old one chosen. */
function check(group, value) {
  for (const each of group) each.checked = each.value === value;
}

/** The stage that a place belongs to; the whiteboard's words belong to their stage. */
function stageOf({ stage }) {
  const text = document.querySelector(`[data-text="${CSS.escape(stage)}"]`);
  return text?.parentElement.querySelector("[data-remarks]")?.dataset.remarks ?? stage;
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}
