// Genre and years, as every list has them.

import { h } from "./dom.js";
import { genres } from "./facts.js";
import { yearOf, yearsOf } from "./query.js";

/** The fields; `onChange({genre, year})` is called on every change. */
export function filterFields({ genre, year }, onChange) {
  const choice = h("select", { name: "genre", onchange: () => report() }, h("option", { value: "" }, "All genres"));
  if (genre) choice.append(h("option", { value: genre, selected: true }, genre));
  genres().then((all) => {
    choice.replaceChildren(choice.options[0], ...all.map((one) =>
      h("option", { value: one.name, selected: one.name === genre }, `${one.name} (${one.albums})`)));
    if (genre && !all.some((one) => one.name === genre)) choice.append(h("option", { value: genre, selected: true }, genre));
  }).catch(() => { /* the list itself says what is wrong */ });
  const years = yearsOf(year);
  const field = (value, placeholder) => h("input", {
    type: "number", min: 0, max: 9999, step: 1, value, placeholder, inputmode: "numeric", onchange: () => report(),
  });
  const from = field(years.from, "any");
  const to = field(years.to, "any");
  function report() {
    onChange({ genre: choice.value || null, year: yearOf(from.value, to.value) });
  }
  return [
    h("label", {}, "Genre", choice),
    h("label", { class: "year" }, "From year", from),
    h("label", { class: "year" }, "To year", to),
  ];
}
