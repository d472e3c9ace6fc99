// The catalogue: every album, searched, filtered, sorted, as tiles, rows or a wall; several can be changed at once.

import { isCancelled, queryString } from "../api.js";
import { AlbumsAt } from "../albums-at.js";
import { bulkBar } from "../bulk.js";
import { card } from "../card.js";
import { h, icon, iconLink, replaceKeepingFocus } from "../dom.js";
import { facetPanel } from "../facet-panel.js";
import { lists } from "../facts.js";
import { filterChips, yearFields } from "../filters.js";
import { setListing } from "../listing.js";
import { count } from "../naming.js";
import { emptyState, problemLine, waitingCards } from "../notes.js";
import { again, go, setTitle } from "../router.js";
import { Selection } from "../selection.js";
import { VirtualList } from "../virtual-list.js";
import { swatch, wallMeasure, wallTile } from "../wall.js";

const REMEMBERED = 6;
const SORTS = [["newest", "Newest first"], ["title", "Title"], ["artist", "Artist"], ["year", "Year"], ["colour", "Colour"]];
const VIEWS = { tiles: ["grid", "Show as tiles"], rows: ["list", "Show as rows"], wall: ["wall", "Show as a wall"] };
const ADDRESS_AFTER_MS = 250;
const TILE_PX = 178;
const WORDS_PX = 74;
const GAP_PX = 22;
const ROW_PX = 64;

export async function show(main, { url, signal }) {
  setTitle("Catalogue");
  const given = (name) => url.searchParams.get(name);
  const asked = Object.fromEntries(["q", "genre", "year", "artist", "missing", "list", "sort"].map((name) => [name, given(name)]));
  asked.where = url.searchParams.has("where") ? url.searchParams.getAll("where") : null;
  const view = VIEWS[given("view")] ? given("view") : "tiles";
  const hrefWith = (change) => `/catalogue${queryString({ ...asked, view: view === "tiles" ? null : view, ...change })}`;
  const key = queryString(asked);
  let albums = lists.get(key) ?? new AlbumsAt(asked);
  remember(key, albums);
  const total = h("p", { class: "muted", role: "status" });
  const place = h("p", { class: "muted small num place" });
  const list = h("ul", { class: `virtual ${view}` });
  const frame = h("div", { class: "virtual-frame" }, list);
  const wrong = h("div");
  const jumps = h("nav", { class: "jumps", "aria-label": "Go to", hidden: !["title", "artist", "year", "colour"].includes(asked.sort) || Boolean(asked.q) });
  const selection = new Selection(async (from, to) => {
    await albums.load(from, to);
    return Array.from({ length: to - from }, (_, step) => albums.get(from + step)).filter(Boolean);
  }, () => bulk.put());
  const reload = async () => {
    albums = new AlbumsAt(asked);
    remember(key, albums);
    selection.clear();
    await albums.load(virtual.first, virtual.first + 1);
    if (signal.aborted) return;
    put();
    virtual.refresh();
  };
  const bulk = bulkBar(selection, () => reload().catch(failed));
  const isNarrow = matchMedia("(max-width: 640px)").matches;
  const years = yearFields(asked, (year) => go(hrefWith({ year })));
  const facets = facetPanel(asked, hrefWith, { years: isNarrow ? years : [], signal, onJumps: (found) => {
    if (!found.length) jumps.hidden = true;
    jumps.replaceChildren(...found.map(({ name, skip }) => h("button", { type: "button", class: "quiet", onclick: () => virtual.goTo(skip) }, swatch(name), name)));
  } });
  const bar = h("div", { class: "list-bar" }, h("div", { class: "spread" }, filterChips(asked, hrefWith), view !== "wall" && h("button", { type: "button", class: "touch-only small", "aria-pressed": "false", onclick: (event) => event.currentTarget.setAttribute("aria-pressed", String(list.classList.toggle("choosing"))) }, "Select"), place), jumps, bulk.bar);
  replaceKeepingFocus(main,
    h("div", { class: "spread page-head" }, h("div", {}, h("h1", {}, "Catalogue"), total),
      h("div", { class: "row-wrap" }, h("a", { class: "button", href: "/catalogue?sort=colour&view=wall" }, icon("wall"), "By colour"), h("a", { class: "button", href: "/duplicates" }, icon("twins"), "Duplicates"), h("a", { class: "button primary", href: "/queue" }, icon("plus"), "Add covers"))),
    tools(asked, view, hrefWith, isNarrow ? [] : years), h("a", { class: "skip", href: "#albums" }, "Skip to the albums"),
    h("div", { class: "with-facets" }, facets,
      h("section", { "aria-label": "Albums", class: "listed", id: "albums", tabindex: -1 },
        bar, wrong, frame)));
  const virtual = new VirtualList(frame, list, { signal, measure: () => measured(frame, view), covered: () => document.querySelector(".top").offsetHeight + bar.offsetHeight, make, seen });
  const failed = (error) => {
    if (!isCancelled(error)) wrong.replaceChildren(problemLine(error, again));
  };

  function make(at) {
    const album = albums.get(at);
    if (!album) return waitingCards(1).map((one) => h("li", { class: one.className }, ...one.childNodes))[0];
    return view === "wall" ? wallTile(album, at) : card(album, { at, tick: selection.box(album, at), shownPx: view === "rows" ? 48 : 190 });
  }
  let timer = 0;
  function seen(first, last) {
    place.textContent = albums.total ? `${(first + 1).toLocaleString("en")}–${Math.max(first + 1, last).toLocaleString("en")} of ${albums.total.toLocaleString("en")}` : "";
    const missing = [];
    for (let at = first; at < Math.min(albums.total ?? 0, last + 30); at += 1) if (!albums.get(at)) missing.push(at);
    if (missing.length) {
      albums.load(missing[0], missing.at(-1) + 1).then(() => { if (!signal.aborted) virtual.refresh(missing); }, failed);
    }
    clearTimeout(timer);
    timer = setTimeout(() => { if (!signal.aborted) keepPlace(first); }, ADDRESS_AFTER_MS);
  }
  function put() {
    total.textContent = count(albums.total, "album");
    setListing({ name: "Catalogue", query: asked });
    if (albums.total && (!list.isConnected || list.nextSibling)) frame.replaceChildren(list);
    if (albums.total) virtual.resize(albums.total);
    else frame.replaceChildren(none(asked));
    const isEmpty = !albums.total && !isNarrowed(asked);
    for (const part of [main.querySelector("form.filters"), main.querySelector(".page-head .row-wrap"), facets]) part.hidden = isEmpty;
  }
  frame.append(h("ul", { class: "grid" }, albums.total === null ? waitingCards(18) : []));
  try {
    const at = Number(given("at")) || 0;
    await albums.load(at, at + 1);
    if (signal.aborted) return;
    put();
    if (at && albums.total) virtual.goTo(at);
  } catch (error) {
    frame.replaceChildren();
    failed(error);
  }
  addEventListener("cataloguechange", () => reload().catch(failed), { signal });
  signal.addEventListener("abort", () => { clearTimeout(timer); setListing(null); });
}

function measured(frame, view) {
  if (view === "wall") return wallMeasure(frame.clientWidth);
  if (view === "rows") return { columns: 1, rowPx: ROW_PX };
  const columns = Math.max(2, Math.floor(frame.clientWidth / TILE_PX));
  return { columns, rowPx: Math.round(frame.clientWidth / columns) + WORDS_PX + GAP_PX - 16 };
}

function keepPlace(at) {
  const now = new URL(location.href);
  if (at) now.searchParams.set("at", String(at));
  else now.searchParams.delete("at");
  if (now.href !== location.href) history.replaceState(history.state, "", now.pathname + now.search);
}

function remember(key, albums) {
  lists.delete(key);
  lists.set(key, albums);
  if (lists.size > REMEMBERED) lists.delete(lists.keys().next().value);
}

function tools(asked, view, hrefWith, years) {
  const words = h("input", { type: "search", name: "q", value: asked.q ?? "", placeholder: "Artist, title, genre, words …", autocomplete: "off", maxlength: 200 });
  const sorts = asked.q ? [["match", "Best match first"], ...SORTS] : SORTS;
  const sort = h("select", { name: "sort", onchange: () => go(hrefWith({ sort: sort.value === sorts[0][0] ? null : sort.value })) },
    sorts.map(([value, label]) => h("option", { value, selected: value === asked.sort }, label)));
  // Enter in a field of years changes the address first: the words are added to what it says by then.
  const submit = (event) => {
    event.preventDefault();
    const now = new URLSearchParams(location.search);
    now.delete("q");
    now.delete("at");
    if (words.value.trim()) now.set("q", words.value.trim());
    go(`/catalogue${now.size ? `?${now}` : ""}`);
  };
  return h("form", { class: "filters", role: "search", "aria-label": "Catalogue", onsubmit: submit },
    h("label", { class: "grow" }, "Search", words), years, h("label", {}, "Sort by", sort),
    h("button", { "aria-label": "Search the catalogue", title: "Search", class: "icon-only" }, icon("search")),
    Object.entries(VIEWS).filter(([name]) => name !== view).map(([name, [symbol, label]]) => iconLink(symbol, label, hrefWith({ view: name === "tiles" ? null : name }))));
}

function isNarrowed(asked) {
  return Object.entries(asked).some(([name, value]) => value && name !== "sort");
}

function none(asked) {
  if (isNarrowed(asked)) {
    return emptyState("Nothing found", "No album matches this search.", h("a", { class: "button", href: "/catalogue" }, "Show all albums"));
  }
  return emptyState("The catalogue is empty", "Add covers here, or run `sleeve add FOLDER` and `sleeve index`.", h("a", { class: "button primary", href: "/queue" }, "Add covers"));
}
