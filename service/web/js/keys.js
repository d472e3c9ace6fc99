// Keys: "/" goes to the search field, arrows from card to card or to the album before and after, "l" and "d" like and dislike the album that has the focus.

import { turn } from "./marks.js";
import { go } from "./router.js";

const SIDES = { l: "like", d: "dislike" };

export function installKeys() {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, select, textarea, canvas, [contenteditable]");
    if (isTyping || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const card = event.target.closest?.(".card[data-album]");
    const beside = !card && document.querySelector({ ArrowLeft: "main a[rel=prev]", ArrowRight: "main a[rel=next]" }[event.key] ?? ":not(*)");
    if (event.key === "/") searchField();
    else if (beside) beside.click();
    else if (card && SIDES[event.key]) turn(Number(card.dataset.album), SIDES[event.key]);
    else if (card && event.key.startsWith("Arrow")) neighbour(card, event.key)?.querySelector(".face").focus();
    else return;
    event.preventDefault();
  });
}

async function searchField() {
  const field = () => document.querySelector("main input[type=search]");
  if (!field()) await go("/");
  field()?.select();
}

function neighbour(card, key) {
  const cards = [...card.parentElement.querySelectorAll(".card[data-album]")];
  const at = cards.indexOf(card);
  const top = (one) => Math.round(one.getBoundingClientRect().top);
  const row = cards.filter((one) => top(one) === top(card)).length;
  return cards[at + { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }[key]];
}
