// An album in a grid: its cover, its names, and what can be done with it.

import { cover, faceOf } from "./cover.js";
import { h, iconLink } from "./dom.js";
import { marks } from "./marks.js";
import { fullName, lineOf, titleOf } from "./naming.js";

const EAGER = 12;

/** `acts` are buttons over the cover, after those that every card has; `at` is its place in the grid, and `similar` the
 * address of what looks like it. */
export function card(album, { acts = [], at = Infinity, similar = null } = {}) {
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
    h("a", { class: "face", href: `/album/${id}`, "aria-label": about.filter(Boolean).join(", "), title: about.filter(Boolean).join("\n") },
      cover(face, { eager: at < EAGER, boxes }),
      h("span", { class: "words", "aria-hidden": "true" },
        h("div", { class: "name-line" }, h("span", { class: album.title ? "title" : "title unnamed" }, titleOf(album)), shown && h("span", { class: "num muted small" }, album.similarity.toFixed(2))),
        second && h("div", { class: "line" }, second),
        genres && h("div", { class: "line small" }, genres),
        says && h("div", { class: "line small says" }, `says “${says}”`))),
    album.same_artwork && h("span", { class: "tag", title: "Another pressing or copy with the same picture" }, "same artwork"),
    h("div", { class: "acts" }, marks(album), iconLink("similar", `Find albums that look like ${titleOf(album)}`, similar ?? `/?album=${id}`), acts));
}
