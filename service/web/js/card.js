// An album in a grid or a row: its cover, its names, and what can be done with it.

import { cover, faceOf } from "./cover.js";
import { h, iconButton, iconLink } from "./dom.js";
import { likeness } from "./likeness.js";
import { LISTS, listTags } from "./lists.js";
import { marks } from "./marks.js";
import { fullName, nameOf, titleOf } from "./naming.js";
import { isGoing } from "./pending.js";
import { asOneStop, KEYS } from "./roving.js";

/** `acts` are buttons over the cover, after those that every card has; `at` is its place in the list, `similar` the
 * address of what looks like it, `tick` a box to select it; `ranked` if its similarity says something. */
export function card(album, { acts = [], at = Infinity, similar = null, tick = null, ranked = true, shownPx = 190 } = {}) {
  const id = album.album_id ?? album.id;
  const similarity = ranked ? album.similarity : undefined;
  const genres = album.genres.join(", ");
  const printed = (album.matches ?? []).filter((match) => match.place === "cover");
  const shownId = printed[0]?.cover_id;
  const face = album.covers?.find((one) => one.id === shownId)?.content_hash ?? faceOf(album);
  const boxes = printed.filter((match) => match.cover_id === shownId).map((match) => match.box);
  const says = printed.map((match) => match.text).join(" · ");
  const file = (album.matches ?? []).some((match) => match.place === "file") ? album.covers?.[0]?.file : null;
  const about = [fullName(album), album.year, genres, similarity !== undefined && `similarity ${Math.max(0, similarity).toFixed(2)}`, says && `the cover says “${says}”`, file, ...(album.lists ?? []).map((name) => LISTS[name].toLowerCase())];
  const by = (album.artist || album.year) && h("div", { class: "by-line" }, h("span", { class: "line" }, album.artist ?? ""), h("span", { class: "year" }, [album.artist && album.year ? "· " : "", album.year ?? ""].join("")));
  const more = says ? `says “${says}”` : file ?? genres;
  const asks = face && [marks(album), iconLink("similar", `Find albums that look like ${titleOf(album)}`, similar ?? `/?album=${id}`)];
  const over = h("div", { class: "acts" }, asks, acts);
  return asOneStop(h("li", { class: `card${isGoing(id) ? " going" : ""}`, "data-album": id, "data-at": Number.isFinite(at) ? at : null },
    h("a", { class: "face", href: `/album/${id}`, "aria-keyshortcuts": KEYS, "aria-label": about.filter(Boolean).join(", "), title: about.filter(Boolean).join("\n") },
      cover(face, { shownPx, boxes }),
      h("span", { class: "words", "aria-hidden": "true" },
        nameOf(album, "div", "title"),
        by, more && h("div", { class: by ? "line small" : "line" }, more),
        similarity !== undefined && likeness(similarity))),
    album.same_artwork && h("span", { class: "tag", title: "Another pressing or copy with the same picture" }, "same artwork"),
    listTags(album),
    tick,
    (face || acts.length > 0) && iconButton("dots", `What to do with ${titleOf(album)}`, (event) => toggle(event.currentTarget.closest(".card")), { class: "unfold", "aria-expanded": "false" }),
    over));
}

/** On a touch screen the actions of a card are behind one button. */
function toggle(card) {
  for (const open of document.querySelectorAll(".card.unfolded")) if (open !== card) put(open, false);
  put(card, !card.classList.contains("unfolded"));
}

function put(card, isOpen) {
  card.classList.toggle("unfolded", isOpen);
  card.querySelector(".unfold").setAttribute("aria-expanded", String(isOpen));
}
