// Short messages at the foot of the page, and the states of a list: loading, empty, failed.

import { h, prose } from "./dom.js";

const SHOWN_MS = 5000;

/** `undo` takes back what the note says was done. */
export function note(text, { bad = false, undo = null } = {}) {
  const takeBack = () => { element.remove(); undo(); };
  const element = h("div", { class: bad ? "note bad" : "note" }, text, undo && h("button", { type: "button", onclick: takeBack }, "Undo"));
  document.getElementById("notes").append(element);
  setTimeout(() => element.remove(), SHOWN_MS);
}

/** Nothing to show, and what to do about it. */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "state" }, h("h2", {}, title), h("p", {}, prose(text)), h("div", { class: "row-wrap" }, actions));
}

/** A problem as one line. */
export function problemLine(error, again) {
  const button = again && h("button", { type: "button", onclick: again }, "Try again");
  return h("div", { class: "problem", role: "alert" }, h("span", {}, prose(error.message)), button);
}

/** The shape of a grid while it loads. */
export function waitingCards(count) {
  return Array.from({ length: count }, () =>
    h("div", { class: "card wait", "aria-hidden": "true" }, h("span", { class: "cover" }), h("div", { class: "bone" })));
}
