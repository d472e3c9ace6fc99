// Search: with a cover, an album, names or words; what looks like it, and why.

import { isCancelled, queryString } from "../api.js";
import { answerTo } from "../answers.js";
import { askBar, picker, seesImages } from "../ask-bar.js";
import { basket } from "../basket.js";
import { card } from "../card.js";
import { cover, faceOf } from "../cover.js";
import { h, icon, replaceKeepingFocus } from "../dom.js";
import { status } from "../facts.js";
import { columnField, filterChips, filterFields, listField } from "../filters.js";
import { setListing } from "../listing.js";
import { looksPanel } from "../looks.js";
import { marks } from "../marks.js";
import { count, fullName, lineOf, nameOf } from "../naming.js";
import { emptyState, problemLine, sentence, waitingCards } from "../notes.js";
import { opinionPanel } from "../opinions.js";
import { outlineEditor } from "../outline.js";
import { FIRST_K, hasBasket, hrefOf, isBlank, isByTaste, MOST_K, queryOf } from "../query.js";
import { fromRoot } from "../root.js";
import { again, go, setTitle } from "../router.js";
import { sleeveCards, sleevesPicture } from "../sleeves.js";
import { upload } from "../uploads.js";
import { addButton, verdictCard } from "../verdict.js";
import { openViewfinder } from "../viewfinder.js";

const WAITING = 18;

export async function show(main, { url, signal }) {
  const query = queryOf(url);
  const blank = isBlank(query);
  const isCamera = blank && url.searchParams.has("camera");
  setTitle(blank ? "" : "Search");
  if (isCamera) {
    // Once: a page that is loaded again, or come back to, is the start page.
    history.replaceState(history.state, "", fromRoot("/"));
    openViewfinder(signal);
  }
  const answering = answerTo(query, signal);
  answering.catch(() => { /* shown below */ });
  const known = status().catch(() => null);
  // A service that was just started says late what it can; some covers of the start page can be seen before.
  const can = await (blank ? Promise.race([known, answering.then(({ albums }) => (albums.length ? null : known), () => known)]) : known);
  if (signal.aborted) return;
  const found = h("section", { "aria-labelledby": "found-title", "aria-busy": "true" });
  const aside = h("aside", { class: "stack", "aria-label": "What you searched with" });
  const heading = h("h1", { id: blank ? null : "found-title", tabindex: -1 }, blank ? "Albums that look like this" : "Searching …");
  const list = h("ul", { class: "grid" }, waitingCards(WAITING));
  found.append(h("div", { class: "found-head" }, blank ? h("h2", { id: "found-title" }, can && !can.albums ? "Your catalogue" : "Or start with one of these") : heading), list);
  const top = blank ? landing(query, can, heading, isCamera, signal) : h("div", { class: "asked" }, askBar(query, can, signal), folded(query, filters(query, can)), h("a", { class: "skip", href: "#found-title" }, "Skip to the results"));
  replaceKeepingFocus(main, top, h("div", { class: blank ? "" : "results" }, blank ? null : aside, found));
  if (blank && !can) {
    known.then((later) => { if (later && !signal.aborted) replaceKeepingFocus(top, ...landing(query, later, heading, isCamera, signal).childNodes); });
  }
  try {
    const answer = await answering;
    if (signal.aborted) return;
    if (!blank) heading.textContent = answer.heading;
    if (!blank && answer.albums.length && can?.has_map) heading.after(onTheMap(answer));
    setTitle(blank ? "" : answer.heading);
    fillAside(aside, query, answer, can, signal);
    if (!aside.childElementCount) aside.closest(".results")?.classList.add("alone");
    if (answer.verdict && !query.sameArtwork) {
      const shown = verdictCard(answer);
      list.before(shown);
      answer.later?.then((verdict) => { if (verdict && !signal.aborted) shown.replaceWith(verdictCard({ ...answer, verdict })); }).catch(() => { /* the first verdict stays */ });
    }
    list.replaceChildren(...answer.albums.map((album, at) => resultCard(album, at, query)));
    if (answer.sleeves) list.before(sleeveCards(answer.sleeves, query));
    setListing({ name: blank ? "Search" : answer.heading, ids: answer.albums.map((album) => album.album_id ?? album.id) });
    if (blank && answer.shuffles) found.querySelector(".found-head").append(h("button", { type: "button", class: "small", onclick: again }, "Others"));
    if (!answer.albums.length && !answer.sleeves) list.replaceChildren(nothing(query, can, blank));
    found.append(moreButton(query, answer) ?? "");
  } catch (error) {
    if (isCancelled(error)) return;
    if (query.upload && isWithoutIndex(error)) {
      heading.textContent = "Nothing to compare it with yet";
      aside.closest(".results")?.classList.add("alone");
      list.replaceChildren(emptyState("Your catalogue is empty", "This can be its first cover.", addButton(() => upload(query.upload))));
      return;
    }
    if (query.upload && !seesImages(can)) {
      heading.textContent = "Pictures cannot be asked with here";
      aside.closest(".results")?.classList.add("alone");
      list.replaceChildren(emptyState("There is no model to look at them", sentence(error.message), h("a", { class: "button", href: "/catalogue" }, "See the catalogue")));
      return;
    }
    heading.textContent = blank ? heading.textContent : "The search failed";
    list.replaceChildren(problemLine(error, mayHelp(error) && !isWithoutIndex(error) ? again : null, ...helps(error, query)));
    aside.closest(".results")?.classList.add("alone");
  } finally {
    found.removeAttribute("aria-busy");
  }
}

/** Whether it makes sense to ask the same again. */
function mayHelp({ status }) {
  return status === 0 || status === 429 || status >= 500;
}

function isWithoutIndex({ status, message }) {
  return status === 503 && /no index/.test(message);
}

function helps(error, query) {
  if (isWithoutIndex(error)) return [h("a", { class: "button", href: "/queue" }, "Add covers")];
  if (error.status === 404) return [h("a", { class: "button", href: "/catalogue" }, "See the catalogue")];
  return mayHelp(error) ? [] : picker("image", "Choose another picture", query, { words: "Choose another picture" });
}

/** `isCamera`: the app was opened to take a photo; where the camera does not open by itself, a press does it. */
function landing(query, can, heading, isCamera, signal) {
  const toSearch = can?.albums ? `${count(can.albums, "album")} to search. ` : "";
  return h("section", { class: "landing" },
    heading,
    h("p", { class: "muted" }, seesImages(can) ? `${toSearch}Give it a cover, and it finds albums that look like it.` : `${toSearch}Choose one, and it finds albums that look like it. Pictures cannot be asked with: the vectors of the bundle ${can.model.name} were made elsewhere, and there is no model here.`),
    askBar(query, can, signal),
    seesImages(can) && h("div", { class: "drop" }, h("p", {}, "Drop or paste a cover anywhere; several are looked up to be added"),
      h("div", { class: "row-wrap" },
        picker("image", "Choose a picture of a cover", query, { words: "Choose a picture" }),
        picker("camera", "Take a photo of a cover", query, { words: "Take a photo", capture: "environment", class: `touch-only${isCamera ? " primary" : ""}` }))));
}

function filters(query, can) {
  const change = (chosen) => hrefOf({ ...query, ...chosen, k: FIRST_K });
  const columns = Object.keys(can?.columns ?? {});
  const fields = [...filterFields(query, (chosen) => go(change(chosen))), ...listField(query, can?.lists ?? {}, (chosen) => go(change(chosen))), ...columnField(query, columns, (chosen) => go(change(chosen))), query.where.length > 0 && filterChips({ where: query.where }, change)];
  if (!query.album && !query.upload) return fields;
  const toggle = h("button", { type: "button", class: query.sameArtwork ? "on" : "", "aria-pressed": String(query.sameArtwork), onclick: () =>
    go(hrefOf({ ...query, sameArtwork: !query.sameArtwork, k: FIRST_K })) }, icon("twins"), "Same artwork only");
  return [...fields, toggle];
}

/** Filters; on a phone behind one line, unless some are on. */
function folded(query, fields) {
  const row = h("div", { class: "filters" }, fields);
  if (!matchMedia("(max-width: 640px)").matches) return row;
  return h("details", { class: "folded", open: Boolean(query.genre || query.year || query.where.length || query.list || query.sameArtwork) }, h("summary", {}, "Filters"), row);
}

function resultCard(album, at, query) {
  return card(album, { at, ranked: !isByTaste(query), similar: hrefOf({ genre: query.genre, year: query.year, where: query.where, list: query.list, album: album.album_id ?? album.id }) });
}

function fillAside(aside, query, answer, can, signal) {
  if (answer.album) aside.append(albumAsked(answer.album));
  if (answer.file) aside.append(pictureAsked(query, answer, signal));
  if (answer.sleeves) return;
  if (hasBasket(query)) aside.append(basket(query, { dial: answer.dial, signal }));
  if (can?.model?.reads_text && aside.childElementCount && !query.sameArtwork) aside.append(looksPanel(query));
  if (answer.album || answer.file) {
    aside.append(opinionPanel({ albumId: answer.album?.id, face: answer.album && faceOf(answer.album), file: answer.file, outline: query.outline, genres: answer.album?.genres, signal }));
  }
}

function albumAsked(album) {
  return h("div", { class: "panel asked-with" },
    h("a", { href: `/album/${album.id}`, "aria-label": fullName(album) }, cover(faceOf(album), { shownPx: 300 })),
    h("div", { class: "stack" },
      h("div", {}, nameOf(album), h("div", { class: "muted small" }, lineOf(album)), h("div", { class: "muted small" }, album.genres.join(", "))),
      h("div", { class: "row-wrap" }, marks(album), h("a", { class: "chip", href: `/album/${album.id}` }, "Open"))));
}

function pictureAsked(query, { file, outline, sleeves }, signal) {
  const alt = "The picture you searched with";
  const picture = sleeves ? sleevesPicture(file, sleeves, query, { alt, signal }) : outlineEditor(file, outline, { alt, signal, onAsked: (corners) =>
    go(hrefOf({ ...query, outline: corners.flat().map((part) => part.toFixed(4)).join(",") })) });
  return h("div", { class: "panel asked-with" }, picture,
    h("div", {}, h("div", { class: "name" }, "Your picture"), h("div", { class: "muted small" }, file.name)));
}

function onTheMap({ album, albums }) {
  const ids = [album?.id, ...albums.map((one) => one.album_id ?? one.id)].filter(Boolean);
  return h("a", { class: "chip", href: `/map${queryString({ asked: album?.id, highlight: ids })}` }, icon("pin"), "Show on the map");
}

function nothing(query, can, blank) {
  if (blank && can && !can.albums) {
    return emptyState("Nothing here yet", "Drop covers on this page to add them. To try Sleeve with invented albums first, run `sleeve demo`.", h("a", { class: "button primary", href: "/queue" }, "Add covers"));
  }
  if (query.sameArtwork) return emptyState("No other album has this artwork", "Press “Same artwork only” again to see what looks like it.");
  const filtered = query.genre || query.year || query.list || query.where.length > 0;
  return emptyState("Nothing found", filtered ? "No album matches these filters." : "Try fewer or different words, or search with a cover.",
    filtered && h("a", { class: "button", href: hrefOf({ ...query, genre: null, year: null, list: null, where: [] }) }, "Clear the filters"));
}

function moreButton(query, answer) {
  if (answer.more) return h("p", { class: "more" }, h("a", { class: "button", href: answer.more }, "See all of them in the catalogue"));
  if (!answer.ranked || answer.albums.length < query.k || query.k >= MOST_K) return null;
  return h("p", { class: "more" }, h("button", { type: "button", onclick: () =>
    go(hrefOf({ ...query, k: Math.min(MOST_K, query.k * 2) }), { replace: true }) }, "Show more"));
}
