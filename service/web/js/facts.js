// What rarely changes and several parts ask for: the status and the genres, asked once until something is written.

import { ask } from "./api.js";

let held = {};

export function status() {
  return once("status", () => ask("/status"));
}

export function genres() {
  return once("genres", async () => (await ask("/genres")).genres);
}

/** After a write. */
export function forgetFacts() {
  held = {};
}

function once(name, load) {
  held[name] ??= load().catch((error) => {
    delete held[name];
    throw error;
  });
  return held[name];
}
