// What the colours of the map mean; each can be switched off.

import { h } from "./dom.js";
import { countsOf, schemes } from "./map-colours.js";

/** `by` is what to colour by at first, `only` names what is shown, empty for all; `onChange({by, only, classes, colours})`
 * gets what is now, with the colours for the shader. */
export function legend(points, by, only, onChange) {
  const known = schemes(points);
  let name = known[by] ? by : "genre";
  let chosen = new Set(only);
  let buttons = [];
  const list = h("ul", {});
  const all = h("button", { type: "button", class: "quiet small", onclick: () => { chosen.clear(); apply(); } }, "Show all");
  const isShown = (one) => !chosen.size || chosen.has(one);
  const apply = () => {
    const { names, classes, colours } = known[name];
    if (chosen.size === names.length) chosen.clear();
    names.forEach((one, place) => { points.shown[place] = isShown(one) ? 1 : 0; });
    points.classes = classes;
    buttons.forEach(([one, button]) => button.setAttribute("aria-pressed", String(isShown(one))));
    all.hidden = !chosen.size;
    onChange({ by: name, only: [...chosen], classes, colours: colours.map((hex, place) => shaderColour(hex, points.shown[place])) });
  };
  const toggle = (one) => {
    if (!chosen.delete(one)) chosen.add(one);
    apply();
  };
  const fill = () => {
    const { names, classes, colours } = known[name];
    const counts = countsOf(classes);
    points.shown.fill(1);
    const order = names.map((one, place) => [one, place]).filter(([, place]) => counts[place]);
    // What there is nothing to say of comes last.
    order.sort(([, one], [, other]) => (name === "year" ? (one || 256) - (other || 256) : (other ? counts[other] : 0) - (one ? counts[one] : 0)));
    buttons = order.map(([one, place]) => [one, entry(one, colours[place], counts[place], () => toggle(one))]);
    list.replaceChildren(...buttons.map(([, button]) => h("li", {}, button)));
    apply();
  };
  const choice = h("select", { "aria-label": "Colour by", onchange: () => { name = choice.value; chosen = new Set(); fill(); } },
    Object.entries(known).map(([value, { title }]) => h("option", { value, selected: value === name }, title)));
  const panel = h("details", { class: "legend", open: !matchMedia("(max-width: 640px)").matches }, h("summary", {}, "Colours"), Object.keys(known).length > 1 && choice, list, all);
  fill();
  return panel;
}

/** [red, green, blue, shown] from 0 to 1. */
function shaderColour(hex, shown) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255).concat(shown ? 1 : 0);
}

function entry(name, colour, count, onclick) {
  const dot = h("i", { "aria-hidden": "true" });
  dot.style.background = colour;
  return h("button", { type: "button", class: "quiet", onclick }, dot, h("span", { class: "name" }, name), h("span", { class: "num muted small" }, count.toLocaleString("en")));
}
