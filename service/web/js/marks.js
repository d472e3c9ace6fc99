// The two buttons that say whether an album is liked or disliked. All buttons of an album change together.

import { iconButton } from "./dom.js";
import { titleOf } from "./naming.js";
import { note } from "./notes.js";
import { mark, MOST, opinionOf } from "./taste.js";

const SIDES = [["like", "more", "More like this"], ["dislike", "less", "Less like this"]];

export function marks(album) {
  const id = album.album_id ?? album.id;
  return SIDES.map(([side, symbol, label]) => {
    const button = iconButton(symbol, `${label}: ${titleOf(album)}`, () => turn(id, side), { "data-side": side, "data-of": id });
    paint(button);
    return button;
  });
}

/** Say that an album is liked or disliked, or take that back if it was said already. */
export function turn(id, side) {
  if (!mark(id, opinionOf(id) === side ? null : side)) note(`Your taste can hold ${MOST} albums that you ${side}. Take one out first.`, { bad: true });
}

export function installMarks() {
  addEventListener("tastechange", () => document.querySelectorAll("[data-side]").forEach(paint));
}

function paint(button) {
  const isOn = opinionOf(Number(button.dataset.of)) === button.dataset.side;
  button.classList.toggle("on", isOn);
  button.setAttribute("aria-pressed", String(isOn));
}
