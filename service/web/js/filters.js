// Genre and years, as every list has them.

import { h } from "./dom.js";
import { genres } from "./facts.js";
import { yearOf, yearsOf } from "./query.js";

/** The fields; `onChange({genre, year})` is called when a genre is chosen, and for the years on Enter or when both are left. */
export function filterFields({ genre, year }, onChange) {
  const choice = h("select", { name: "genre", onchange: () => report() }, h("option", { value: "" }, "All genres"));
  if (genre) choice.append(h("option", { value: genre, selected: true }, genre));
  genres().then((all) => {
    choice.replaceChildren(choice.options[0], ...all.map((one) =>
      h("option", { value: one.name, selected: one.name === genre }, `${one.name} (${one.albums})`)));
    if (genre && !all.some((one) => one.name === genre)) choice.append(h("option", { value: genre, selected: true }, genre));
  }).catch(() => { /* the list itself says what is wrong */ });
  const years = yearsOf(year);
  const field = (name, value) => h("input", {
    type: "number", name, min: 0, max: 9999, step: 1, value, placeholder: "any", inputmode: "numeric", onfocusout: left, onkeydown: (event) => { if (event.key === "Enter") reportYears(); },
  });
  const from = field("from", years.from);
  const to = field("to", years.to);
  function left({ relatedTarget }) {
    if (relatedTarget !== from && relatedTarget !== to) setTimeout(reportYears);
  }
  function reportYears() {
    if (from.isConnected && yearOf(from.value, to.value) !== (year || null)) report();
  }
  function report() {
    onChange({ genre: choice.value || null, year: yearOf(from.value, to.value) });
  }
  return [
    h("label", {}, "Genre", choice),
    h("label", { class: "year" }, "From year", from),
    h("label", { class: "year" }, "To year", to),
  ];
}
