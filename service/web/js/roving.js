// One Tab stop for each list of cards: the card that had the focus last, or the first one. Arrows go from card to card,
// other keys do what the buttons of the card with the focus do.

import { turn } from "./marks.js";
import { note } from "./notes.js";

const SIDES = { l: "like", d: "dislike" };
const OTHERS = { s: ".acts a", x: ".tick" };
const HELP = "Arrows go from cover to cover, Enter opens. l: like, d: dislike, s: find similar, x: select, m: all that can be done. /: search.";

export const KEYS = "l d s x m";

/** Take all of a card out of the order of Tab; its list has one stop. */
export function asOneStop(card) {
  for (const each of card.querySelectorAll("a, button, input")) each.tabIndex = -1;
  return card;
}

export function installRoving() {
  new MutationObserver((records) => {
    const lists = new Set();
    for (const { target, addedNodes } of records) {
      if (target.matches("ul")) lists.add(target);
      for (const node of addedNodes) if (node.querySelectorAll) node.querySelectorAll("ul").forEach((list) => lists.add(list));
    }
    lists.forEach(ensureStop);
  }).observe(document.getElementById("main"), { childList: true, subtree: true });
  document.addEventListener("focusin", ({ target }) => {
    const card = target.closest(".card[data-album]");
    if (card) putStop(card);
  });
}

/** What a key does on a card, or on one of its buttons; false if nothing. */
export function pressed(card, target, key) {
  if (key === "?") note(HELP);
  else if (SIDES[key]) turn(Number(card.dataset.album), SIDES[key]);
  else if (key === "m" || key === "ContextMenu") toActs(card);
  else if (OTHERS[key] && card.querySelector(OTHERS[key])) card.querySelector(OTHERS[key]).click();
  else if (key === "Escape" && !target.matches(".face")) card.querySelector(".face").focus();
  else if (key.startsWith("Arrow")) (target.matches(".face") ? neighbour(card, key)?.querySelector(".face") : nextAct(card, target, key))?.focus();
  else return false;
  return true;
}

function ensureStop(list) {
  if (list.querySelector(":scope > .card > .face[tabindex='0']")) return;
  const first = list.querySelector(":scope > .card[data-album]");
  if (first) putStop(first);
}

function putStop(card) {
  for (const face of card.parentElement.querySelectorAll(":scope > .card > .face[tabindex='0']")) face.tabIndex = -1;
  card.querySelector(".face").tabIndex = 0;
}

function actsOf(card) {
  return [...card.querySelectorAll(".acts > *, .tick")].filter((one) => one.checkVisibility());
}

function toActs(card) {
  if (!actsOf(card).length) card.querySelector(".unfold")?.click();
  actsOf(card)[0]?.focus();
}

function nextAct(card, target, key) {
  const all = actsOf(card);
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
  return all[(all.indexOf(target) + step + all.length) % all.length];
}

function neighbour(card, key) {
  const cards = [...card.parentElement.querySelectorAll(".card[data-album]")];
  const at = cards.indexOf(card);
  const top = (one) => Math.round(one.getBoundingClientRect().top);
  const row = cards.filter((one) => top(one) === top(card)).length;
  return cards[at + { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }[key]];
}
