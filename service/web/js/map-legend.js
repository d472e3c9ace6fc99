// The genres of the map with their colours; each can be switched off.

import { h } from "./dom.js";

const HUES = ["#4c86d6", "#ee8a2f", "#3fa364", "#d8433f", "#9a63d0", "#e3b81c", "#e06bb8", "#22a8b5", "#96642f", "#93a82c", "#6a6f9e", "#a83c68", "#5fa98f", "#c76a4a", "#7d5fae", "#4f7f3f"];
const NO_GENRE = "#8d8a86";
const GOLDEN_TURN = 137.508;

/** The colours of the genres' places (0 is none) as #rrggbb; the commonest genres get the plainest colours. */
function coloursOf(points) {
  const counts = points.countsPerGenre();
  const ranked = points.genres.map((_, at) => at + 1).sort((one, other) => counts[other] - counts[one]);
  const colours = [NO_GENRE];
  ranked.forEach((place, rank) => { colours[place] = HUES[rank] ?? fromHue((rank * GOLDEN_TURN) % 360); });
  return colours;
}

/** [red, green, blue, shown] from 0 to 1. */
function shaderColour(hex, shown) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255).concat(shown ? 1 : 0);
}

/** `only` names the genres that are shown, empty for all; `onChange(only, colours)` gets the new list
 * and the colours for the shader. */
export function legend(points, only, onChange) {
  const counts = points.countsPerGenre();
  const colours = coloursOf(points);
  const names = ["no genre", ...points.genres];
  const chosen = new Set(only);
  const isShown = (name) => !chosen.size || chosen.has(name);
  const apply = () => {
    if (chosen.size === names.length) chosen.clear();
    names.forEach((name, place) => { points.shown[place] = isShown(name) ? 1 : 0; });
    buttons.forEach(([name, button]) => button.setAttribute("aria-pressed", String(isShown(name))));
    all.hidden = !chosen.size;
    onChange([...chosen], colours.map((hex, place) => shaderColour(hex, points.shown[place])));
  };
  const toggle = (name) => {
    if (!chosen.size) chosen.add(name);
    else if (chosen.has(name)) chosen.delete(name);
    else chosen.add(name);
    apply();
  };
  const order = names.map((name, place) => [name, place]).filter(([, place]) => counts[place]).sort(([, one], [, other]) => (other ? counts[other] : 0) - (one ? counts[one] : 0));
  const buttons = order.map(([name, place]) => [name, entry(name, colours[place], counts[place], () => toggle(name))]);
  const all = h("button", { type: "button", class: "quiet small", onclick: () => { chosen.clear(); apply(); } }, "Show all");
  const list = h("details", { class: "legend", open: !matchMedia("(max-width: 640px)").matches },
    h("summary", {}, "Genres"), h("ul", {}, buttons.map(([, button]) => h("li", {}, button))), all);
  apply();
  return list;
}

function entry(name, colour, count, onclick) {
  const dot = h("i", { "aria-hidden": "true" });
  dot.style.background = colour;
  return h("button", { type: "button", class: "quiet", onclick }, dot, h("span", { class: "name" }, name), h("span", { class: "num muted small" }, count.toLocaleString("en")));
}

function fromHue(hue) {
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.26 * Math.max(-1, Math.min(k - 3, 9 - k, 1)))).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
