// Short messages at the foot of the page, and the states of a list: loading, empty, failed.

import { h, prose } from "./dom.js";

const SHOWN_MS = 5000;

/** `undo` takes back what the note says was done; `onGone()` is called if the note goes without that. It stays while it
 * is pointed at or has the focus. */
export function note(text, { bad = false, undo = null, shownMs = SHOWN_MS, onGone = () => {} } = {}) {
  let timer = 0;
  const end = () => { clearTimeout(timer); element.remove(); };
  const takeBack = () => { end(); undo(); };
  const element = h("div", { class: bad ? "note bad" : "note" }, h("span", {}, text), undo && h("button", { type: "button", onclick: takeBack }, "Undo"));
  const run = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (element.matches(":hover, :focus-within")) return run();
      end();
      return onGone();
    }, shownMs);
  };
  document.getElementById("notes").append(element);
  run();
}

/** Nothing to show, and what to do about it. */
export function emptyState(title, text, ...actions) {
  return h("div", { class: "state" }, h("h2", {}, title), h("p", {}, prose(text)), h("div", { class: "row-wrap" }, actions));
}

/** A problem as one line, with what may help: `again` tries it once more, `helps` are links and buttons. */
export function problemLine(error, again, ...helps) {
  const button = again && h("button", { type: "button", onclick: again }, "Try again");
  return h("div", { class: "problem", role: "alert" }, h("span", {}, prose(sentence(error.message))), h("span", { class: "row-wrap" }, helps, button));
}

/** The shape of a grid while it loads. */
export function waitingCards(count) {
  return Array.from({ length: count }, () =>
    h("div", { class: "card wait", "aria-hidden": "true" }, h("span", { class: "cover" }), h("div", { class: "bone" })));
}

/** What the service says of a picture that it cannot use, in more words; what helps to see why follows it. */
const UNUSABLE = [
  [/^truncated image.*/s, "The picture is not complete: a part of its file is missing"],
  [/^damaged image.*/s, "The picture cannot be shown: its file is damaged"],
  [/^not an image.*/s, "That file is not a picture"],
  [/^empty file.*/s, "That file is empty"],
  [/^unsupported image format(?:: (.*))?/s, "Pictures of that kind cannot be read"],
  [/^too many (?:pixels|bytes)(?:: (.*))?/s, "The picture is too large"],
  [/^too few pixels(?:: (.*))?/s, "The picture is too small"],
];

/** A message as a sentence. */
export function sentence(message) {
  const [said, plain] = UNUSABLE.map(([pattern, words]) => [pattern.exec(message), words]).find(([found]) => found) ?? [];
  const text = said ? `${plain}${said[1] ? ` (${said[1]})` : ""}` : message;
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
