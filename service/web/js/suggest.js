// Suggestions under a search field while it is typed in: albums with small covers, artists and genres.

import { ask, isCancelled } from "./api.js";
import { cover, faceOf } from "./cover.js";
import { h } from "./dom.js";
import { genres } from "./facts.js";
import { fullName, lineOf, titleOf } from "./naming.js";
import { go } from "./router.js";

const AFTER_MS = 150;
const LEAST_CHARACTERS = 2;
const ALBUMS = 6;
const ARTISTS = 2;
const GENRES = 2;

/** Makes `field` a combobox; returns the list, to be put after it. `signal` ends it. */
export function suggestions(field, signal) {
  const list = h("ul", { class: "suggestions", id: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "suggestions", "aria-expanded": "false" })) field.setAttribute(name, value);
  let asked = new AbortController();
  let timer = 0;
  let at = -1;
  const close = () => {
    asked.abort();
    clearTimeout(timer);
    choose(-1);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
  };
  const choose = (place) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = place;
    list.children[at]?.setAttribute("aria-selected", "true");
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const look = async () => {
    asked.abort();
    asked = new AbortController();
    const { signal: mine } = asked;
    const words = field.value.trim();
    if (words.length < LEAST_CHARACTERS || words.includes("://")) return close();
    try {
      const found = await suggested(words, mine);
      if (mine.aborted) return undefined;
      at = -1;
      field.removeAttribute("aria-activedescendant");
      list.replaceChildren(...found.map((one, place) => option(one, place, close)));
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(!list.hidden));
    } catch (error) {
      if (!isCancelled(error)) close();
    }
    return undefined;
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, AFTER_MS); });
  field.addEventListener("blur", () => setTimeout(close, AFTER_MS));
  field.form?.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "ArrowDown") { event.preventDefault(); choose(at < last ? at + 1 : -1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(at < 0 ? last : at - 1); }
    if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      const { href } = list.children[at].dataset;
      close();
      go(href);
    }
  });
  signal.addEventListener("abort", close);
  return list;
}

/** What to show for some words: [{href, title, line, face?}]. */
async function suggested(words, signal) {
  const [{ albums }, known] = await Promise.all([ask("/albums", { query: { q: words, limit: ALBUMS }, signal }), genres().catch(() => [])]);
  const has = (text) => plain(text).includes(plain(words));
  const artists = [...new Set(albums.map((album) => album.artist).filter((artist) => artist && has(artist)))].slice(0, ARTISTS);
  const named = known.filter((genre) => has(genre.name)).slice(0, GENRES);
  return [
    ...named.map(({ name }) => ({ href: `/catalogue?${new URLSearchParams({ genre: name })}`, title: name, line: "Genre" })),
    ...artists.map((artist) => ({ href: `/catalogue?${new URLSearchParams({ artist })}`, title: artist, line: "Artist" })),
    ...albums.map((album) => ({ href: `/album/${album.id}`, title: titleOf(album), line: lineOf(album), face: faceOf(album), label: fullName(album) })),
  ];
}

function option({ href, title, line, face, label }, place, close) {
  const choose = (event) => { event.preventDefault(); close(); go(href); };
  return h("li", { id: `suggestion-${place}`, role: "option", "aria-selected": "false", "aria-label": label ?? `${line}: ${title}`, "data-href": href, onpointerdown: choose },
    face === undefined ? h("span", { class: "cover none" }) : cover(face, { shownPx: 40 }),
    h("span", { class: "words" }, h("span", { class: "title" }, title), h("span", { class: "line small" }, line)));
}

/** Small letters without accents. */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
