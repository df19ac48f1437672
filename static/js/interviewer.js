// Asks the interviewer without leaving the page, and keeps what is typed there for as long as the
// tab is open. The answer comes in lines of JSON: what is said bit by bit, then all of it.

import { announce } from "./announce.js";
import { token } from "./csrf.js";
import { editor } from "./editor.js";
import { newKey } from "./queue.js";

const PATIENCE = 20_000; // ms

const place = document.querySelector("#ask");
const said = document.querySelector("#said");
const box = document.querySelector("#question");
const word = document.querySelector("#ask-word");
const key = document.querySelector("[name=question_key]");

function remember() {
  try {
    sessionStorage.setItem(place.dataset.kept, box.value);
  } catch {
    // a browser that keeps nothing: the box still has it
  }
}

function recall() {
  try {
    box.value ||= sessionStorage.getItem(place.dataset.kept) ?? "";
  } catch {
    // nothing was kept
  }
}

function toEnd() {
  const talk = said.querySelector(".talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

/** Every line of an answer as it comes. */
async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
    if (done) return;
  }
}

function add(kind, text) {
  let talk = said.querySelector(".talk");
  if (!talk) {
    talk = Object.assign(document.createElement("ol"), { className: "talk", tabIndex: 0, ariaLabel: "What was said" });
    said.replaceChildren(talk);
  }
  const line = Object.assign(document.createElement("p"), { className: kind, textContent: text });
  const item = document.createElement("li");
  item.append(line);
  talk.append(item);
  toEnd();
}

function take(line, heard) {
  if (line.problem) {
    word.textContent = line.problem;
    return;
  }
  if (line.bit) {
    add("talk-theirs", line.bit);
    heard.push(line.bit);
    return;
  }
  said.innerHTML = line.said;
  const last = [...said.querySelectorAll(".talk > li:last-child .talk-theirs")];
  announce((heard.length ? heard : last.map((each) => each.textContent)).join(" "));
  toEnd();
}

let sent = ""; // the last question that went out: the same words again are the same question

async function say(what) {
  if (place.dataset.busy) return;
  const question = box.value.trim();
  if (what === "ask" && sent && sent !== question) key.value = newKey();
  if (what === "ask" && !question) {
    word.textContent = "Type your question first.";
    box.focus();
    return;
  }
  place.dataset.busy = "yes";
  word.textContent = what === "ask" ? "Asking …" : "One moment …";
  if (what === "ask") sent = question;
  else await editor?.flush(); // a hint is about what is not written yet
  let isHeard = false;
  const form = new URLSearchParams(what === "ask" ? { question, question_key: key.value } : {});
  try {
    const response = await fetch(place.dataset[what], {
      method: "POST",
      headers: { "X-CSRFToken": token(), Accept: "application/x-ndjson" },
      body: form,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.headers.get("Content-Type")?.includes("ndjson")) throw new Error(response.status);
    word.textContent = "";
    isHeard = true;
    if (what === "ask" && response.ok) add("talk-mine", question);
    const heard = [];
    for await (const line of lines(response)) take(line, heard);
    if (what === "ask" && response.ok) {
      sent = "";
      if (box.value.trim() === question) box.value = "";
      key.value = newKey();
      remember();
    }
  } catch {
    word.textContent = isHeard
      ? "The answer broke off. Ask again to see all of it."
      : "Not sent: the server cannot be reached just now. Your question stays here.";
  }
  delete place.dataset.busy;
}

function begin() {
  recall();
  toEnd();
  box.addEventListener("input", remember);
  for (const button of place.querySelectorAll("[data-say]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      say(button.dataset.say);
    });
  }
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say("ask");
  });
  place.dataset.started = "yes";
}

toEnd();
if (place) begin();
