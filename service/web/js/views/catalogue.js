// The catalogue: every album, searched, filtered, sorted; more load on scrolling down.

import { ask, isCancelled, queryString } from "../api.js";
import { openAdder } from "../add-covers.js";
import { openDeletion } from "../album-edit.js";
import { card } from "../card.js";
import { h, icon, iconButton, replaceKeepingFocus } from "../dom.js";
import { lists } from "../facts.js";
import { filterFields } from "../filters.js";
import { count, titleOf } from "../naming.js";
import { emptyState, problemLine, waitingCards } from "../notes.js";
import { fromRoot } from "../root.js";
import { again, go, setTitle } from "../router.js";

const PAGE = 60;
const REMEMBERED = 6;
const SORTS = [["newest", "Newest first"], ["title", "Title"], ["artist", "Artist"], ["year", "Year"]];

export async function show(main, { url, signal }) {
  setTitle("Catalogue");
  const asked = Object.fromEntries(["q", "genre", "year", "artist", "sort"].map((name) => [name, url.searchParams.get(name)]));
  const loaded = lists.get(url.search) ?? { albums: [], next: null, total: null };
  remember(url.search, loaded);
  const total = h("p", { class: "muted", role: "status" });
  const list = h("ul", { class: "grid" });
  const more = h("button", { type: "button", onclick: () => load() }, "Load more");
  const foot = h("p", { class: "more" }, more);
  const hrefWith = (change) => `/catalogue${queryString({ ...asked, ...change })}`;
  replaceKeepingFocus(main, ...[
    h("div", { class: "spread page-head" }, h("div", {}, h("h1", {}, "Catalogue"), total),
      h("button", { type: "button", class: "primary", onclick: () => openAdder(again) }, icon("plus"), "Add covers")),
    tools(asked, hrefWith),
    asked.artist && h("div", { class: "chips" }, h("span", { class: "chip" }, `Artist: ${asked.artist}`, h("a", { href: hrefWith({ artist: null }), "aria-label": "All artists" }, "✕"))),
    list, foot].filter(Boolean));
  let busy = false;
  async function load() {
    if (busy) return;
    busy = true;
    const waiting = waitingCards(loaded.albums.length ? 6 : 18);
    list.append(...waiting);
    foot.hidden = true;
    try {
      const page = await ask("/albums", { query: { ...asked, limit: PAGE, cursor: loaded.next }, signal });
      waiting.forEach((one) => one.remove());
      loaded.albums.push(...page.albums);
      loaded.next = page.next;
      loaded.total = page.total;
      put(page.albums);
    } catch (error) {
      if (isCancelled(error)) return;
      waiting.forEach((one) => one.remove());
      list.append(problemLine(error, (event) => { event.target.closest(".problem").remove(); load(); }));
    } finally {
      busy = false;
    }
  }
  function put(albums) {
    const start = list.childElementCount;
    list.append(...albums.map((album, at) => row(album, start + at)));
    showTotal();
  }
  function showTotal() {
    total.textContent = loaded.total === null ? "" : count(loaded.total, "album");
    foot.hidden = !loaded.next;
    if (!loaded.albums.length) list.replaceChildren(none(asked, again));
  }
  function row(album, at) {
    const remove = iconButton("bin", `Delete ${titleOf(album)}`, () => openDeletion(album, () => {
      loaded.albums = loaded.albums.filter((one) => one.id !== album.id);
      loaded.total -= 1;
      remember(url.search, loaded);
      element.remove();
      showTotal();
    }), { class: "hover-only" });
    const element = card(album, { at, acts: [remove] });
    return element;
  }
  if (loaded.total !== null) put(loaded.albums);
  else await load();
  if (signal.aborted) return;
  const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting) && loaded.next) load(); }, { rootMargin: "900px" });
  watcher.observe(foot);
  signal.addEventListener("abort", () => watcher.disconnect());
  if (url.searchParams.has("add")) {
    history.replaceState(history.state, "", fromRoot("/catalogue"));
    openAdder(again);
  }
}

function remember(search, loaded) {
  lists.delete(search);
  lists.set(search, loaded);
  if (lists.size > REMEMBERED) lists.delete(lists.keys().next().value);
}

function tools(asked, hrefWith) {
  const words = h("input", { type: "search", name: "q", value: asked.q ?? "", placeholder: "Artist, title, words on the cover", autocomplete: "off", maxlength: 500 });
  const sorts = asked.q ? [["match", "Best match first"], ...SORTS] : SORTS;
  const sort = h("select", { onchange: () => go(hrefWith({ sort: sort.value === sorts[0][0] ? null : sort.value })) },
    sorts.map(([value, label]) => h("option", { value, selected: value === asked.sort }, label)));
  // Enter in a field of years changes the address first: the words are added to what it says by then.
  const submit = (event) => {
    event.preventDefault();
    const now = new URLSearchParams(location.search);
    now.delete("q");
    if (words.value.trim()) now.set("q", words.value.trim());
    go(`/catalogue${now.size ? `?${now}` : ""}`);
  };
  return h("form", { class: "filters", role: "search", "aria-label": "Catalogue", onsubmit: submit },
    h("label", { class: "grow" }, "Search", words), filterFields(asked, (chosen) => go(hrefWith(chosen))), h("label", {}, "Sort by", sort), h("button", { "aria-label": "Search the catalogue", title: "Search", class: "icon-only" }, icon("search")));
}

function none(asked, onAdded) {
  if (Object.entries(asked).some(([name, value]) => value && name !== "sort")) {
    return emptyState("Nothing found", "No album matches this search.", h("a", { class: "button", href: "/catalogue" }, "Show all albums"));
  }
  return emptyState("The catalogue is empty", "Add covers here, or run `sleeve add FOLDER` and `sleeve index`.", h("button", { type: "button", class: "primary", onclick: () => openAdder(onAdded) }, "Add covers"));
}
