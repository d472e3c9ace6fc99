// One album: its covers, its data, what belongs to it and what looks like it.

import { ask, isCancelled, queryString } from "../api.js";
import { albumCovers } from "../album-covers.js";
import { openEditor } from "../album-edit.js";
import { card } from "../card.js";
import { faceOf } from "../cover.js";
import { h, icon, iconLink } from "../dom.js";
import { status } from "../facts.js";
import { listingOf } from "../listing.js";
import { listMarks, pressingsTable } from "../lists.js";
import { marks } from "../marks.js";
import { fullName, nameOf, titleOf } from "../naming.js";
import { emptyState, note, problemLine, waitingCards } from "../notes.js";
import { opinionPanel } from "../opinions.js";
import { outsideLinks } from "../outside-links.js";
import { artworkActs, likenessActs } from "../overrule.js";
import { removeAlbums } from "../pending.js";
import { printedPanel } from "../printed.js";
import { fromRoot } from "../root.js";
import { again, go, setTitle } from "../router.js";

const SHELF = 12;

export async function show(main, { id, signal }) {
  setTitle(`Album ${id}`);
  main.replaceChildren(h("div", { class: "album wait" }, h("span", { class: "cover" }), h("div", { class: "stack" }, h("div", { class: "bone" }), h("div", { class: "bone" }))));
  let album;
  let can;
  try {
    [album, can] = await Promise.all([ask(`/albums/${id}`, { signal }), status().catch(() => null)]);
  } catch (error) {
    if (isCancelled(error)) return;
    if (error.mergedInto) {
      note(`Album ${id} was made one with this one.`);
      return go(`/album/${error.mergedInto}`, { replace: true });
    }
    main.replaceChildren(error.status === 404
      ? emptyState("There is no such album", "It may have been deleted. Look for it in the catalogue.", h("a", { class: "button", href: "/catalogue" }, "See the catalogue"))
      : problemLine(error, again));
    return;
  }
  if (signal.aborted) return;
  const data = h("div", { class: "stack" });
  const put = (now) => { album = { ...album, ...now }; data.replaceChildren(...facts(album, can, put)); setTitle(fullName(album)); };
  put(album);
  const way = h("nav", { class: "way", "aria-label": "The list that you came from", hidden: true });
  const compare = h("a", { class: "chip", hidden: true }, "Compare side by side");
  const comparing = (others) => { compare.href = fromRoot(`/compare${queryString({ album: [id, ...others.map((one) => one.album_id)] })}`); compare.hidden = !others.length; };
  const pressings = shelf("twins", "Pressings", "Other albums and copies with the same picture.", (other) => ({ acts: artworkActs(album, other), ranked: false }), compare);
  const alike = shelf("alike", "Looks like", null, (other) => ({ acts: likenessActs(album, other) }), h("a", { class: "chip", href: `/?album=${id}` }, "See all"));
  const liked = shelf("liked", "You may like", "Recommended from this album, without copies of its artwork.", () => ({ ranked: false }));
  const by = album.artist && shelf("by", `More by ${album.artist}`, null, () => ({}), h("a", { class: "chip", href: `/catalogue?${new URLSearchParams({ artist: album.artist })}` }, "See all"));
  const face = faceOf(album);
  const panels = face ? [opinionPanel({ albumId: id, face, genres: album.genres, signal, onCorrected: put }), printedPanel(album, { signal, onSaved: put })] : [];
  main.replaceChildren(way,
    h("div", { class: "album" }, albumCovers(album), h("div", { class: "stack" }, data, pressingsTable(album) ?? "", panels)),
    ...(face ? [pressings.section] : []), by ? by.section : "", ...(face ? [alike.section, liked.section] : []));
  const others = (albums) => albums.filter((one) => (one.album_id ?? one.id) !== id).slice(0, SHELF);
  await Promise.all([
    showWay(way, id, signal),
    face && pressings.fill(() => ask(`/albums/${id}/same-artwork`, { signal }).then(({ neighbours }) => { comparing(neighbours); return neighbours; })),
    by && by.fill(() => ask("/albums", { query: { artist: album.artist, sort: "year", limit: SHELF + 1 }, signal }).then((answer) => others(answer.albums))),
    face && alike.fill(() => ask("/similar", { method: "POST", query: { k: SHELF + 1 }, json: { album_id: id }, signal }).then((answer) => others(answer.neighbours))),
    face && liked.fill(() => ask("/recommend", { method: "POST", json: { like: [id], k: SHELF }, signal }).then((answer) => answer.recommendations)),
  ]);
}

async function showWay(way, id, signal) {
  const listing = await listingOf(id, signal).catch(() => null);
  if (!listing || signal.aborted) return;
  const { name, href, at, total, previous, next } = listing;
  const to = (symbol, label, album, rel) => (album ? Object.assign(iconLink(symbol, label, `/album/${album}`), { rel }) : "");
  way.replaceChildren(h("a", { class: "chip", href }, icon("left"), name), h("span", { class: "muted small num" }, `${(at + 1).toLocaleString("en")} of ${total.toLocaleString("en")}`), to("left", "The album before", previous, "prev"), to("right", "The next album", next, "next"));
  way.hidden = false;
}

function facts(album, can, onSaved) {
  const genres = album.genres.map((genre) => h("li", {}, h("a", { class: "chip", href: `/catalogue?${new URLSearchParams({ genre })}` }, genre)));
  const remove = () => { removeAlbums([album], `${titleOf(album)} was deleted.`, { onUndo: () => go(`/album/${album.id}`) }); go("/catalogue"); };
  const links = outsideLinks(album);
  return [
    h("div", {}, nameOf(album, "h1"),
      h("p", { class: "muted by" }, album.artist && h("a", { href: `/catalogue?${new URLSearchParams({ artist: album.artist })}` }, album.artist), album.artist && album.year && " · ", album.year && h("a", { href: `/catalogue?year=${album.year}` }, album.year))),
    genres.length ? h("ul", { class: "chips", "aria-label": "Genres" }, genres) : h("p", { class: "muted small" }, "No genre yet. Press Edit to set one."),
    h("div", { class: "row-wrap" },
      faceOf(album) && [h("a", { class: "button primary", href: `/?album=${album.id}` }, icon("similar"), "Find similar"), marks(album)],
      h("button", { type: "button", onclick: () => openEditor(album, onSaved) }, icon("edit"), "Edit"),
      faceOf(album) && can?.has_map && h("a", { class: "button", href: `/map?highlight=${album.id}` }, icon("pin"), "On the map"),
      h("button", { type: "button", class: "quiet danger", onclick: remove }, icon("bin"), "Delete")),
    listMarks(album, onSaved),
    ...(links.length ? [h("div", { class: "row-wrap" }, links)] : []),
    h("p", { class: "muted small files" }, album.covers.map((one) => h("span", {}, one.file)), h("span", { class: "num" }, `Album ${album.id}`)),
  ];
}

/** A row of albums with a title; hidden if there are none. `how(album)` says how each is shown. */
function shelf(name, title, text, how, more = null) {
  const list = h("ul", { class: "grid" }, waitingCards(6));
  const section = h("section", { class: "shelf", "aria-labelledby": `shelf-${name}` }, h("div", {}, h("div", { class: "spread" }, h("h2", { id: `shelf-${name}` }, title), more), text && h("p", { class: "muted small" }, text)), list);
  const fill = async (load) => {
    try {
      const albums = await load();
      list.replaceChildren(...albums.map((album) => card(album, how(album))));
      section.hidden = !albums.length;
    } catch (error) {
      if (!isCancelled(error)) list.replaceChildren(problemLine(error, () => fill(load)));
    }
  };
  return { section, fill };
}
