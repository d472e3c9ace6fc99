// One album: its covers, its data, what looks like it.

import { ask, imageUrl, isCancelled } from "../api.js";
import { openDeletion, openEditor } from "../album-edit.js";
import { card } from "../card.js";
import { cover, faceOf } from "../cover.js";
import { h, icon } from "../dom.js";
import { marks } from "../marks.js";
import { fullName, titleOf } from "../naming.js";
import { emptyState, problemLine, waitingCards } from "../notes.js";
import { opinionPanel } from "../opinions.js";
import { artworkActs, coverActs, likenessActs } from "../overrule.js";
import { printedPanel } from "../printed.js";
import { again, go, setTitle } from "../router.js";

const RECOMMENDED = 18;

export async function show(main, { id, signal }) {
  setTitle(`Album ${id}`);
  main.replaceChildren(h("div", { class: "album wait" }, h("span", { class: "cover" }), h("div", { class: "stack" }, h("div", { class: "bone" }), h("div", { class: "bone" }))));
  let album;
  try {
    album = await ask(`/albums/${id}`, { signal });
  } catch (error) {
    if (isCancelled(error)) return;
    main.replaceChildren(error.status === 404
      ? emptyState("There is no such album", "It may have been deleted. Look for it in the catalogue.", h("a", { class: "button", href: "/catalogue" }, "See the catalogue"))
      : problemLine(error, again));
    return;
  }
  setTitle(fullName(album));
  const data = h("div", { class: "stack" });
  const put = (now) => { album = now; data.replaceChildren(...facts(album, put)); setTitle(fullName(album)); };
  put(album);
  const alike = shelf("twins", "Same artwork", "Other pressings and copies with the same picture.", (other) => artworkActs(album, other));
  const liked = shelf("liked", "You may like", "Recommended from this album, without copies of its artwork.", (other) => likenessActs(album, other));
  main.replaceChildren(
    h("div", { class: "album" }, covers(album), h("div", { class: "stack" }, data, printedPanel(album, { signal, onSaved: put }), opinionPanel({ albumId: id, face: faceOf(album), genres: album.genres, signal, onCorrected: put }))),
    alike.section, liked.section);
  await Promise.all([
    alike.fill(() => ask(`/albums/${id}/same-artwork`, { signal }).then((answer) => answer.neighbours), "No other album has this artwork."),
    liked.fill(() => ask("/recommend", { method: "POST", json: { like: [id], k: RECOMMENDED }, signal }).then((answer) => answer.recommendations), "Nothing to recommend yet."),
  ]);
}

function covers(album) {
  const stage = h("figure", { class: "stage" });
  const put = (one) => stage.replaceChildren(
    h("img", { src: imageUrl(one.content_hash, 768), width: 640, height: 640, alt: `${one.side === "back" ? "Back" : "Front"} cover of ${fullName(album)}`, onerror: (event) => event.target.replaceWith(h("p", { class: "muted" }, "This picture cannot be read. Check that its file is still there.")) }));
  const first = album.covers.find((one) => one.side === "front") ?? album.covers[0];
  if (!first) return h("div", {}, emptyState("No cover", "This album has no cover."));
  let shown = first;
  put(first);
  const buttons = album.covers.map((one) => h("button", { type: "button", class: "thumb", "aria-label": `Show the ${one.side} cover`, "aria-pressed": String(one === first), onclick: (event) => {
    shown = one;
    put(one);
    for (const button of strip.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
  } }, cover(one.content_hash, { shownPx: 72 }), h("span", { class: "small" }, one.side)));
  const strip = h("div", { class: "strip" }, buttons);
  return h("div", { class: "stack" }, stage, album.covers.length > 1 && [strip, coverActs(album, () => shown)]);
}

function facts(album, onSaved) {
  const genres = album.genres.map((genre) => h("li", {}, h("a", { class: "chip", href: `/catalogue?${new URLSearchParams({ genre })}` }, genre)));
  return [
    h("div", {}, h("h1", {}, titleOf(album)),
      h("p", { class: "muted by" }, album.artist && h("a", { href: `/catalogue?${new URLSearchParams({ artist: album.artist })}` }, album.artist), album.artist && album.year && " · ", album.year)),
    genres.length ? h("ul", { class: "chips", "aria-label": "Genres" }, genres) : h("p", { class: "muted small" }, "No genre yet. Press Edit to set one."),
    h("div", { class: "row-wrap" },
      h("a", { class: "button primary", href: `/?album=${album.id}` }, icon("similar"), "Find similar"),
      marks(album),
      h("a", { class: "button", href: `/map?highlight=${album.id}` }, icon("pin"), "On the map"),
      h("button", { type: "button", onclick: () => openEditor(album, onSaved) }, icon("edit"), "Edit"),
      h("button", { type: "button", class: "danger", onclick: () => openDeletion(album, () => go("/catalogue")) }, icon("bin"), "Delete")),
    h("p", { class: "muted small files" }, album.covers.map((one) => h("span", {}, one.file))),
  ];
}

function shelf(name, title, text, acts = () => []) {
  const list = h("ul", { class: "grid" }, waitingCards(6));
  const section = h("section", { class: "shelf", "aria-labelledby": `shelf-${name}` }, h("div", {}, h("h2", { id: `shelf-${name}` }, title), h("p", { class: "muted small" }, text)), list);
  const fill = async (load, none) => {
    try {
      const albums = await load();
      list.replaceChildren(...albums.map((album) => card(album, { acts: acts(album) })));
      if (!albums.length) list.replaceWith(h("p", { class: "muted" }, none));
    } catch (error) {
      if (!isCancelled(error)) list.replaceChildren(problemLine(error, () => fill(load, none)));
    }
  };
  return { section, fill };
}
