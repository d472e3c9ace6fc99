// Keys of every page: "/" goes to the search field, arrows to the album before and after, and to cards what they do there.

import { pressed } from "./roving.js";
import { go } from "./router.js";

export function installKeys() {
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.(".card[data-album]");
    const isTyping = event.target.closest?.("input:not(.tick), select, textarea, canvas, [contenteditable]");
    if (isTyping || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const beside = !card && document.querySelector({ ArrowLeft: "main a[rel=prev]", ArrowRight: "main a[rel=next]" }[event.key] ?? ":not(*)");
    if (event.key === "/") searchField();
    else if (beside) beside.click();
    else if (!card || !pressed(card, event.target, event.key)) return;
    event.preventDefault();
  });
}

async function searchField() {
  const field = () => document.querySelector("main input[type=search]");
  if (!field()) await go("/");
  field()?.select();
}
