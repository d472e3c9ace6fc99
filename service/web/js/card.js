// An album in a grid: its cover, its names, and what can be done with it.

import { cover, faceOf } from "./cover.js";
import { h, iconButton } from "./dom.js";
import { fullName, lineOf, titleOf } from "./naming.js";

const EAGER = 12;

/** `acts` are buttons over the cover; `at` is its place in the grid. */
export function card(album, { acts = [], at = Infinity, href = null } = {}) {
  const id = album.album_id ?? album.id;
  const shown = album.similarity !== undefined;
  const genres = album.genres.join(", ");
  const second = lineOf(album);
  const printed = (album.matches ?? []).filter((match) => match.place === "cover");
  const shownId = printed[0]?.cover_id;
  const face = album.covers?.find((one) => one.id === shownId)?.content_hash ?? faceOf(album);
  const boxes = printed.filter((match) => match.cover_id === shownId).map((match) => match.box);
  const says = printed.map((match) => match.text).join(" · ");
  const about = [fullName(album), album.year, genres, shown && `similarity ${album.similarity.toFixed(2)}`, says && `the cover says “${says}”`];
  return h("li", { class: "card", "data-album": id },
    h("a", { class: "face", href: href ?? `/album/${id}`, "aria-label": about.filter(Boolean).join(", "), title: about.filter(Boolean).join("\n") },
      cover(face, { eager: at < EAGER, boxes }),
      h("span", { class: "words", "aria-hidden": "true" },
        h("div", { class: "name-line" }, h("span", { class: album.title ? "title" : "title unnamed" }, titleOf(album)), shown && h("span", { class: "num muted small" }, album.similarity.toFixed(2))),
        second && h("div", { class: "line" }, second),
        genres && h("div", { class: "line small" }, genres),
        says && h("div", { class: "line small says" }, `says “${says}”`))),
    album.same_artwork && h("span", { class: "tag", title: "Another pressing or copy with the same picture" }, "same artwork"),
    acts.length > 0 && h("div", { class: "acts" }, acts));
}

/** The three questions that a card answers with one click. */
export function searchActs(album, { href, opinion, onOpinion }) {
  const id = album.album_id ?? album.id;
  const name = titleOf(album);
  const toggle = (side, symbol, label) => iconButton(symbol, `${label}: ${name}`, () => onOpinion(id, opinion === side ? null : side), {
    class: opinion === side ? "on" : "", "aria-pressed": String(opinion === side),
  });
  return [
    toggle("like", "more", "More like this"),
    toggle("dislike", "less", "Less like this"),
    linkTo(href, "similar", `Find albums that look like ${name}`),
  ];
}

function linkTo(href, symbol, label) {
  const button = iconButton(symbol, label, () => {});
  const link = h("a", { class: "button icon-only", href, "aria-label": label, title: label });
  link.append(...button.childNodes);
  return link;
}
