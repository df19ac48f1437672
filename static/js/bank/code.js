// The text in CodeMirror, in place of the plain field, which stays hidden beside it: it is what the
// form sends, and always holds the same text.

import {
  EditorState,
  EditorView,
  HighlightStyle,
  acceptCompletion,
  autocompletion,
  defaultKeymap,
  forEachDiagnostic,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  indentUnit,
  isolateHistory,
  keymap,
  lineNumbers,
  lintGutter,
  nextDiagnostic,
  openSearchPanel,
  previousDiagnostic,
  search,
  searchKeymap,
  setDiagnostics,
  syntaxHighlighting,
  tags,
  yaml,
} from "../../vendor/codemirror-6.min.js";
import { columnBelow } from "./yaml.js";

const LEAVES = 10000; // ms after Escape in which Tab leaves the field

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" }, // the frame around it has the ring
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overscrollBehavior: "contain" },
  ".cm-content": { caretColor: "var(--ink)", padding: "var(--s2) 0" },
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-line::selection, .cm-line ::selection": { backgroundColor: "var(--pico-text-selection-color)", color: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-3)", border: "0" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--ink)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 55%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", fontFamily: "var(--font)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", alignItems: "center", padding: "var(--s2) 2.75rem var(--s2) var(--s2)", gap: "var(--s1) var(--s2)" },
  ".cm-panel.cm-search br": { flexBasis: "100%", height: "0", content: "''" },
  ".cm-panel.cm-search :is(input, button, label)": { margin: "0", fontSize: "var(--text-s)" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "0.35em", fontWeight: "400" },
  ".cm-panel.cm-search .cm-textfield": {
    width: "15rem",
    minHeight: "2rem",
    height: "auto",
    padding: "0.2rem 0.5rem",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--surface)",
  },
  ".cm-panel.cm-search .cm-button": {
    minHeight: "2rem",
    padding: "0.1rem 0.6rem",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    background: "var(--surface)",
    fontWeight: "500",
  },
  ".cm-panel.cm-search .cm-button:hover": { background: "var(--hover)" },
  ".cm-panel.cm-search [name=close]": {
    top: "var(--s2)",
    right: "var(--s2)",
    minWidth: "2rem",
    minHeight: "2rem",
    padding: "0",
    border: "0",
    fontSize: "1.25rem",
    lineHeight: "1",
    color: "var(--ink-2)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--warning-soft)", outline: "1px solid var(--warning-line)" },
  ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "var(--marker)", color: "var(--on-marker)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    boxShadow: "var(--shadow-2)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "var(--s1) var(--s2)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-fill)", color: "var(--on-accent)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--ink-3)", fontFamily: "var(--font)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: "var(--s2) var(--s3)", fontFamily: "var(--font)" },
  ".cm-diagnostic": { padding: "var(--s2) var(--s3)", fontFamily: "var(--font)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--danger)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--warning)" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy 1px", textUnderlineOffset: "0.2em" },
  ".cm-lintRange-error": { textDecorationColor: "var(--danger)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warning)" },
  ".cm-lintRange-active": { backgroundColor: "var(--danger-soft)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: tags.string, color: "var(--success)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.special(tags.string)], color: "var(--ink-3)" },
  { tag: tags.invalid, color: "var(--danger)" },
]);

// A marked block moves; else Tab fills up to the next even column. Each can be undone alone.
function tab(view) {
  if (acceptCompletion(view)) return true;
  const { state } = view;
  if (!state.selection.main.empty) return indentMore(view);
  const { head } = state.selection.main;
  const column = head - state.doc.lineAt(head).from;
  const spaces = " ".repeat(2 - (column % 2));
  view.dispatch(state.replaceSelection(spaces), {
    userEvent: "input.indent",
    annotations: isolateHistory.of("full"),
    scrollIntoView: true,
  });
  return true;
}

// A new row begins below the one above it; deeper after a field without a value.
function enter(view) {
  const { state } = view;
  const { from } = state.selection.main;
  const line = state.doc.lineAt(from);
  const above = state.doc.toJSON().slice(0, line.number - 1);
  const indent = " ".repeat(columnBelow(above, line.text.slice(0, from - line.from)));
  view.dispatch(state.replaceSelection(`\n${indent}`), { userEvent: "input", scrollIntoView: true });
  return true;
}

function leaves(view) {
  view.setTabFocusMode(LEAVES);
  return false;
}

function keys() {
  return keymap.of([
    { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
    { key: "Tab", run: tab, shift: indentLess },
    { key: "Enter", run: enter },
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap,
    { key: "Escape", run: leaves },
  ]);
}

// Typing over marked text is done here, not by the browser: it would keep the look of what was there
// with a style of its own, which these pages do not allow.
const overMarked = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const isTyped = event.inputType === "insertText" && event.data && !view.composing;
    if (!isTyped || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

function completion(suggest) {
  return async ({ state, pos, explicit }) => {
    const line = state.doc.lineAt(pos);
    if (!explicit && /^\s*(?:-\s*)*$/u.test(state.sliceDoc(line.from, pos))) return null;
    const rows = state.doc.toJSON();
    const found = await suggest(rows.slice(0, line.number - 1), line.text.slice(0, pos - line.from), rows.slice(line.number));
    return found && { from: line.from + found.from, options: found.options, validFor: /^[\w.-]*$/u };
  };
}

export class Code {
  /** `field` is the plain field; `changed` is told of each change, `suggest` gives completions. */
  constructor(field, { changed, suggest }) {
    this.field = field;
    const label = field.labels[0].textContent;
    const wasFocused = document.activeElement === field;
    const { value, selectionStart, selectionEnd } = field;
    this.view = new EditorView({
      doc: value,
      selection: { anchor: selectionStart, head: selectionEnd },
      parent: field.parentElement,
      extensions: [
        lineNumbers(),
        lintGutter(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars(),
        history(),
        search({ top: true }),
        EditorState.tabSize.of(2),
        indentUnit.of("  "),
        EditorView.lineWrapping,
        yaml(),
        syntaxHighlighting(colours),
        autocompletion({ override: [completion(suggest)], icons: false }),
        keys(),
        overMarked,
        look,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": field.getAttribute("aria-describedby"),
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = this.value;
          changed();
        }),
      ],
    });
    field.hidden = true;
    if (wasFocused) this.view.focus();
  }

  get value() {
    if (this.doc !== this.view.state.doc) {
      this.doc = this.view.state.doc;
      this.text = this.doc.toString();
    }
    return this.text;
  }

  get rows() {
    return this.view.state.doc.toJSON();
  }

  /** Put another text in the place of this one; that can be undone. */
  put(text) {
    const { doc } = this.view.state;
    this.view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, annotations: isolateHistory.of("full") });
  }

  focus() {
    this.view.focus();
  }

  goTo(number) {
    const { doc } = this.view.state;
    const { from, to } = doc.line(Math.min(Math.max(number, 1), doc.lines));
    this.view.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    this.view.focus();
  }

  /** Mark rows with what is said of them: [{line, message}]; other marks go along with the text. */
  mark(severity, problems) {
    const { state } = this.view;
    const marks = [];
    forEachDiagnostic(state, (each, from, to) => {
      if (each.severity !== severity) marks.push({ ...each, from, to });
    });
    for (const { line, message } of problems) {
      if (line < 1 || line > state.doc.lines) continue;
      const { from, to, text } = state.doc.line(line);
      marks.push({ from: Math.min(from + Math.max(text.search(/\S/u), 0), to), to, message, severity });
    }
    this.view.dispatch(setDiagnostics(state, marks));
  }

  next() {
    this.view.focus();
    nextDiagnostic(this.view);
  }

  find() {
    openSearchPanel(this.view);
  }
}
