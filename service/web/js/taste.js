// The albums that a person likes and dislikes, kept in this browser. A change is announced as the event "tastechange".

import { fromRoot } from "./root.js";

const KEY = `taste ${fromRoot("/")}`;

/** Albums on one side: as many as the service takes. */
export const MOST = 100;

let held = read();

addEventListener("storage", (event) => {
  if (event.key !== KEY && event.key !== null) return;
  held = read();
  dispatchEvent(new Event("tastechange"));
});

/** {like, dislike}: ids of albums, the first ones first. */
export function taste() {
  return held;
}

export function isEmpty({ like, dislike }) {
  return like.length + dislike.length === 0;
}

export function isSameTaste(one, other) {
  const written = ({ like, dislike }) => JSON.stringify([like, dislike].map((ids) => [...ids].sort((a, b) => a - b)));
  return written(one) === written(other);
}

/** "like", "dislike" or null. */
export function opinionOf(id) {
  return ["like", "dislike"].find((side) => held[side].includes(id)) ?? null;
}

/** Put an album on one side ("like", "dislike"), or take it off both (null). False if that side is full. */
export function mark(id, side) {
  const without = (ids) => ids.filter((one) => one !== id);
  const now = { like: without(held.like), dislike: without(held.dislike) };
  if (side) now[side].push(id);
  if (side && now[side].length > MOST) return false;
  keepTaste(now);
  return true;
}

export function keepTaste({ like, dislike }) {
  held = { like: [...like], dislike: [...dislike] };
  try {
    if (isEmpty(held)) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(held));
  } catch { /* storage may be switched off or full: the taste lasts as long as the page */ }
  dispatchEvent(new Event("tastechange"));
}

function read() {
  try {
    const { like, dislike } = JSON.parse(localStorage.getItem(KEY));
    const ids = (some) => [...new Set(some)].filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, MOST);
    return { like: ids(like), dislike: ids(dislike).filter((id) => !like.includes(id)) };
  } catch {
    return { like: [], dislike: [] };
  }
}
