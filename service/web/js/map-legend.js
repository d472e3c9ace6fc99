// The genres of the map with their colours; each can be switched off.

import { h } from "./dom.js";

const HUES = ["#4c86d6", "#e0853b", "#3fa364", "#d2504a", "#9268c4", "#a5763f", "#da6fb4", "#8d9c2f", "#2fa9b4", "#f0b429", "#6f7fe0", "#b34a73", "#5f9e8f", "#c9653a", "#7aa63c", "#8a5a9e"];
const NO_GENRE = "#8d8a86";
const GOLDEN_TURN = 137.508;

/** The colour of a genre's place (0 is none), as #rrggbb. */
export function colourOf(place) {
  if (place === 0) return NO_GENRE;
  return HUES[place - 1] ?? fromHue((place * GOLDEN_TURN) % 360);
}

/** [red, green, blue, shown] from 0 to 1. */
export function shaderColour(place, shown) {
  const hex = colourOf(place);
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255).concat(shown ? 1 : 0);
}

/** `only` names the genres that are shown, empty for all; `onChange(only)` hears the new list. */
export function legend(points, only, onChange) {
  const counts = points.countsPerGenre();
  const names = ["no genre", ...points.genres];
  const chosen = new Set(only);
  const isShown = (name) => !chosen.size || chosen.has(name);
  const apply = () => {
    if (chosen.size === names.length) chosen.clear();
    names.forEach((name, place) => { points.shown[place] = isShown(name) ? 1 : 0; });
    buttons.forEach(([name, button]) => button.setAttribute("aria-pressed", String(isShown(name))));
    all.hidden = !chosen.size;
    onChange([...chosen]);
  };
  const toggle = (name) => {
    if (!chosen.size) chosen.add(name);
    else if (chosen.has(name)) chosen.delete(name);
    else chosen.add(name);
    apply();
  };
  const order = names.map((name, place) => [name, place]).filter(([, place]) => counts[place]).sort(([, one], [, other]) => (other ? counts[other] : 0) - (one ? counts[one] : 0));
  const buttons = order.map(([name, place]) => [name, entry(name, place, counts[place], () => toggle(name))]);
  const all = h("button", { type: "button", class: "quiet small", onclick: () => { chosen.clear(); apply(); } }, "Show all");
  const list = h("details", { class: "legend", open: !matchMedia("(max-width: 640px)").matches },
    h("summary", {}, "Genres"), h("ul", {}, buttons.map(([, button]) => h("li", {}, button))), all);
  apply();
  return list;
}

function entry(name, place, count, onclick) {
  const dot = h("i", { "aria-hidden": "true" });
  dot.style.background = colourOf(place);
  return h("button", { type: "button", class: "quiet", onclick }, dot, h("span", { class: "name" }, name), h("span", { class: "num muted small" }, count.toLocaleString("en")));
}

function fromHue(hue) {
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.26 * Math.max(-1, Math.min(k - 3, 9 - k, 1)))).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
