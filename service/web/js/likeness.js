// How alike two covers are, as a bar; the number shows when it is pointed at.

import { h } from "./dom.js";

/** Covers that have nothing to do with each other are about this similar. */
export const NOTHING = 0.3;

export function likeness(similarity) {
  const fill = h("i");
  fill.style.width = `${Math.round(100 * Math.min(1, Math.max(0.02, (similarity - NOTHING) / (1 - NOTHING))))}%`;
  return h("div", { class: "likeness bar", title: `Similarity ${Math.max(0, similarity).toFixed(2)}, of 1 for the same picture` }, fill);
}
