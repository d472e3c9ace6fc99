// What stays true until a write: the status and the genres, each fetched once, and the catalogue's lists.

import { ask } from "./api.js";

let held = {};

/** What the catalogue loaded for an address, so that going back shows it again at once. */
export const lists = new Map();

export function status() {
  return once("status", () => ask("/status"));
}

export function genres() {
  return once("genres", async () => (await ask("/genres")).genres);
}

/** After a write. */
export function forgetFacts() {
  held = {};
  lists.clear();
}

function once(name, load) {
  held[name] ??= load().catch((error) => {
    delete held[name];
    throw error;
  });
  return held[name];
}
