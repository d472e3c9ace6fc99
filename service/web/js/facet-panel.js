// What the albums of a list are, by count; each count is a link that filters by it, or takes the filter away.

import { ask, isCancelled } from "./api.js";
import { h } from "./dom.js";
import { LISTS } from "./lists.js";
import { go } from "./router.js";

const SHOWN = 14;
const LACKS = { title: "No title", artist: "No artist", year: "No year", genre: "No genre", cover: "No cover" };

/** The panel; `hrefWith(change)` is the list's address with other filters. `years` are the fields of years, where there
 * is no room for them elsewhere; `onJumps(jumps)` gets the places of letters. */
export function facetPanel(asked, hrefWith, { years, signal, onJumps }) {
  const body = h("div", { class: "stack" });
  const wide = matchMedia("(min-width: 981px)").matches;
  const panel = h("details", { class: "facets", open: wide }, h("summary", {}, "Narrow down"), years.length > 0 && h("div", { class: "range" }, years), body);
  ask("/albums/facets", { query: asked, signal }).then((found) => {
    body.replaceChildren(...groups(found, asked, hrefWith));
    onJumps(found.jumps);
  }).catch((error) => { if (!isCancelled(error)) panel.hidden = true; });
  return panel;
}

function groups(found, asked, hrefWith) {
  const decade = (year) => `${year}:${year + 9}`;
  return [
    group("Lists", Object.entries(LISTS).map(([name, label]) => [label, found.lists[name] ?? 0, asked.list === name, { list: name }, { list: null }])),
    group("Genre", found.genres.map(({ name, albums }) => [name, albums, asked.genre === name, { genre: name }, { genre: null }])),
    group("Decade", found.decades.map(({ year, albums }) => [`${year}s`, albums, asked.year === decade(year), { year: decade(year) }, { year: null }])),
    group("Artist", found.artists.map(({ name, albums }) => [name, albums, asked.artist === name, { artist: name }, { artist: null }])),
    group("To be completed", Object.entries(found.missing).map(([fact, albums]) => [LACKS[fact], albums, asked.missing === fact, { missing: fact }, { missing: null }])),
    ...found.columns.map(column),
  ];

  /** A column of the shop's own: its values, or for numbers and dates two fields. */
  function column({ name, kind, values }) {
    const where = asked.where ?? [];
    if (kind === "number" || kind === "date") return range(name, kind, where);
    const says = (value) => `${name}=${value}`;
    return group(name, values.map(({ name: value, albums }) => [value, albums, where.includes(says(value)), { where: [...where, says(value)] }, { where: where.filter((one) => one !== says(value)) }]));
  }

  function range(name, kind, where) {
    const others = where.filter((one) => !one.startsWith(`${name}>=`) && !one.startsWith(`${name}<=`));
    const field = (words, sign) => h("input", { "aria-label": `${name} ${words}`, placeholder: words, inputmode: kind === "number" ? "decimal" : null, maxlength: 40, value: where.find((one) => one.startsWith(name + sign))?.slice(name.length + 2) ?? "" });
    const from = field("from", ">=");
    const to = field("to", "<=");
    const submit = (event) => {
      event.preventDefault();
      const said = [[">=", from], ["<=", to]].filter(([, { value }]) => value.trim()).map(([sign, { value }]) => `${name}${sign}${value.trim()}`);
      go(hrefWith({ where: [...others, ...said] }));
    };
    return h("section", {}, h("h2", { class: "small" }, name), h("form", { class: "range", "aria-label": name, onsubmit: submit }, from, to, h("button", { class: "small" }, "Show")));
  }

  function group(title, entries) {
    const rows = entries.filter(([, albums]) => albums > 0).map(([name, albums, isOn, change, back]) => h("li", {},
      h("a", { href: hrefWith(isOn ? back : change), class: isOn ? "on" : null, "aria-current": isOn ? "true" : null }, h("span", {}, name), h("span", { class: "num muted small" }, albums.toLocaleString("en")))));
    if (!rows.length) return "";
    const rest = rows.slice(SHOWN);
    const more = rest.length > 0 && h("details", { class: "rest" }, h("summary", { class: "small" }, `${rest.length} more`), h("ul", {}, rest));
    return h("section", {}, h("h2", { class: "small" }, title), h("ul", {}, rows.slice(0, SHOWN)), more);
  }
}
