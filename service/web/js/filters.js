// Genre, years and what else narrows a list.

import { h } from "./dom.js";
import { genres } from "./facts.js";
import { LISTS } from "./lists.js";
import { yearOf, yearsOf } from "./query.js";

const LACKS = { title: "without title", artist: "without artist", year: "without year", genre: "without genre", cover: "without cover" };

/** The fields; `onChange({genre, year})` is called when a genre is chosen, and for the years on Enter or when both are left. */
export function filterFields({ genre, year }, onChange) {
  const choice = h("select", { name: "genre", onchange: () => onChange({ genre: choice.value || null, year }) }, h("option", { value: "" }, "All genres"));
  if (genre) choice.append(h("option", { value: genre, selected: true }, genre));
  genres().then((all) => {
    choice.replaceChildren(choice.options[0], ...all.map((one) =>
      h("option", { value: one.name, selected: one.name === genre }, `${one.name} (${one.albums})`)));
    if (genre && !all.some((one) => one.name === genre)) choice.append(h("option", { value: genre, selected: true }, genre));
  }).catch(() => { /* the list itself says what is wrong */ });
  return [h("label", {}, "Genre", choice), ...yearFields({ year }, (years) => onChange({ genre: choice.value || null, year: years }))];
}

/** The two fields of years; `onChange(year)` is called on Enter or when both are left. */
export function yearFields({ year }, onChange) {
  const years = yearsOf(year);
  const field = (name, value) => h("input", {
    type: "number", name, min: 0, max: 9999, step: 1, value, placeholder: "any", inputmode: "numeric", onfocusout: left, onkeydown: (event) => { if (event.key === "Enter") report(); },
  });
  const from = field("from", years.from);
  const to = field("to", years.to);
  function left({ relatedTarget }) {
    if (relatedTarget !== from && relatedTarget !== to) setTimeout(report);
  }
  function report() {
    const now = yearOf(from.value, to.value);
    if (from.isConnected && now !== (year || null)) onChange(now);
  }
  return [h("label", { class: "year" }, "From year", from), h("label", { class: "year" }, "To year", to)];
}

/** A field for the list that albums are on, if there are lists; `onChange({list})` is called when one is chosen. */
export function listField({ list }, counts, onChange) {
  if (!list && !Object.keys(counts).length) return [];
  const choice = h("select", { name: "list", onchange: () => onChange({ list: choice.value || null }) }, h("option", { value: "" }, "All"),
    Object.entries(LISTS).map(([name, label]) => h("option", { value: name, selected: name === list }, counts[name] ? `${label} (${counts[name]})` : label)));
  return [h("label", { class: "year" }, "List", choice)];
}

/** A field for what the declared columns say, if there are any; `onChange({where})` is called with one condition more. */
export function columnField({ where }, columns, onChange) {
  if (!columns.length) return [];
  const names = h("datalist", { id: "column-names" }, columns.map((name) => h("option", { value: `${name}=` })));
  const field = h("input", { type: "text", name: "where", list: "column-names", placeholder: "price<20", autocomplete: "off", maxlength: 600 });
  const submit = (event) => {
    event.preventDefault();
    if (field.value.trim()) onChange({ where: [...where, field.value.trim()] });
  };
  return [h("form", { class: "own", onsubmit: submit }, h("label", {}, "Own columns", field), names)];
}

/** The filters that are on, each with the way to take it away; `hrefWith(change)` is the address with other ones. */
export function filterChips({ q, genre, year, artist, missing, list, where }, hrefWith) {
  const { from, to } = yearsOf(year);
  const years = from && to ? (from === to ? from : `${from}–${to}`) : from ? `from ${from}` : `until ${to}`;
  const on = [
    q && [`“${q}”`, { q: null }],
    genre && [genre === "none" ? "without genre" : genre, { genre: null }],
    year && [years, { year: null }],
    artist && [`Artist: ${artist}`, { artist: null }],
    list && [LISTS[list] ?? list, { list: null }],
    missing && [LACKS[missing] ?? missing, { missing: null }],
    ...(where ?? []).map((one) => [one, { where: where.filter((other) => other !== one) }]),
  ].filter(Boolean);
  return h("div", { class: "chips" }, on.map(([text, change]) => h("span", { class: "chip" }, text, h("a", { href: hrefWith(change), "aria-label": `Not only ${text}` }, "✕"))));
}
