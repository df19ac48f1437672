// Signs in again without leaving the page, for somebody who was signed out while writing. It posts
// to the same addresses as the sign-in page, and reads their answers: wrong words, a second step, or
// a page that only people who are signed in get.

import { freshenForms } from "./csrf.js";

const PATIENCE = 15000; // ms
const dialog = document.querySelector("#sign-in-here");
const form = dialog?.querySelector("form");
const trouble = dialog?.querySelector("[data-trouble]");

let whenIn = () => {};

/** Open it; `then` is called when somebody is signed in. */
function signInHere(then) {
  whenIn = then;
  ask("password");
  if (!dialog.open) dialog.showModal();
}

/** Put the way back in at the end of a line, for a queue whose texts were not let in. */
export function offerSignIn(line, queue, then) {
  line.append(" ", queue.isOthers ? linkToChange(queue.login) : buttonToSignIn(then));
}

/** Whoever is signed in has to sign out first, which is not for this page to do. */
function linkToChange(login) {
  const link = document.createElement("a");
  return Object.assign(link, { href: login, target: "_blank", textContent: "Sign in as yourself" });
}

function buttonToSignIn(then) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "small", textContent: "Sign in again" });
  button.addEventListener("click", () => signInHere(then));
  return button;
}

/** Show one question: for the password, or for the code of the second step. */
function ask(step, words = "") {
  form.dataset.step = step;
  for (const field of form.querySelectorAll("[data-step]")) {
    const isAsked = field.dataset.step === step;
    field.hidden = !isAsked;
    for (const input of field.querySelectorAll("input")) input.disabled = !isAsked;
  }
  trouble.textContent = words;
  trouble.hidden = !words;
  form.querySelector(`[data-step=${step}] input:not([readonly])`).focus();
}

async function load(address, options = {}) {
  const response = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { status: response.status, path: new URL(response.url).pathname, page };
}

/** What stands in the form of a page of ours, or nothing where the page is another. */
function formOf(page, path) {
  return page.querySelector(`main form[action="${path}"]`);
}

async function post() {
  const { login, code } = form.dataset;
  const address = form.dataset.step === "code" ? code : login;
  // Its form has the token that counts, also where the cookie is gone.
  const asked = await load(address);
  const served = formOf(asked.page, asked.path);
  if (asked.path !== address || !served) return { ...asked, isIn: asked.status < 400 && asked.path !== login };
  const body = new URLSearchParams(new FormData(form));
  body.set("csrfmiddlewaretoken", served.elements.csrfmiddlewaretoken.value);
  body.set("next", form.dataset.next);
  const given = await load(address, { method: "POST", body });
  return { ...given, isIn: given.status < 400 && ![login, code].includes(given.path) };
}

function wordsOf({ status, page, path }) {
  if (status === 429) return "Too many tries. Please wait a few minutes, or sign in in a new tab.";
  const served = formOf(page, path);
  const errors = [...(served?.querySelectorAll(".form-errors p, .errorlist li") ?? [])];
  return errors.map((error) => error.textContent).join(" ") || "That did not work. Please sign in in a new tab.";
}

async function signIn() {
  try {
    const given = await post();
    if (given.isIn) {
      freshenForms();
      dialog.close();
      whenIn();
    } else if (given.path === form.dataset.code && form.dataset.step === "password") {
      ask("code");
    } else {
      ask(given.path === form.dataset.code ? "code" : "password", wordsOf(given));
    }
  } catch {
    ask(form.dataset.step, "The server cannot be reached just now. Please try again in a moment.");
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  await signIn();
  button.disabled = false;
});
dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog?.addEventListener("close", () => form.reset());
