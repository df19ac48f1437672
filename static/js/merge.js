// Puts two texts that began as the same one into one, sentence by sentence. What only one of them
// changed is as that one says; what both changed stands there twice, one after the other.

import { diff3Merge } from "../vendor/node-diff3-3.min.js";

const MOST = 100000; // pairs of like sentences; with more the search would hold the page up

function pieces(text) {
  return text.split(/(?<=\n|[.!?;:] )(?!\s)/u);
}

function inLine(text) {
  return !text || /\s$/u.test(text) ? text : `${text}\n`;
}

function both(one, other) {
  if (one.includes(other)) return one;
  return other.includes(one) ? other : inLine(one) + other;
}

/** Give how many pieces all begin with, before they differ. */
function sharedBy(first, ...rest) {
  const most = Math.min(first.length, ...rest.map(({ length }) => length));
  let at = 0;
  while (at < most && rest.every((each) => each[at] === first[at])) at += 1;
  return at;
}

function likePairs(one, other) {
  const times = new Map();
  for (const piece of one) times.set(piece, (times.get(piece) ?? 0) + 1);
  return other.reduce((sum, piece) => sum + (times.get(piece) ?? 0), 0);
}

/** Give one text of two that were changed apart. */
export function merge(base, one, other) {
  const whole = [base, one, other].map(pieces);
  const head = sharedBy(...whole);
  const rests = whole.map((each) => each.slice(head));
  const tail = sharedBy(...rests.map((each) => each.toReversed()));
  const [old, mine, theirs] = rests.map((each) => each.slice(0, each.length - tail));
  const put = (between) => whole[0].slice(0, head).join("") + between + whole[0].slice(whole[0].length - tail).join("");
  if (Math.max(likePairs(old, mine), likePairs(old, theirs)) > MOST) return put(both(mine.join(""), theirs.join("")));
  const found = diff3Merge(mine, old, theirs, { excludeFalseConflicts: true });
  return put(found.map(({ ok, conflict }) => ok?.join("") ?? both(conflict.a.join(""), conflict.b.join(""))).join(""));
}
