// Your taste, at the foot of every page: what you like and dislike, and the way to what it recommends.

import { ask } from "./api.js";
import { cover, faceOf } from "./cover.js";
import { h, iconButton } from "./dom.js";
import { count, fullName, titleOf } from "./naming.js";
import { note } from "./notes.js";
import { hrefOf, isByTaste, queryOf } from "./query.js";
import { go } from "./router.js";
import { isEmpty, isSameTaste, keepTaste, mark, taste } from "./taste.js";

const known = new Map();

/** Returns what is to be called whenever another address is shown. */
export function installTray() {
  const chips = h("ul", { class: "chips" });
  const acts = h("div", { class: "row" });
  const tray = h("section", { class: "tray", "aria-label": "Your taste", hidden: true }, h("h2", { class: "sr" }, "Your taste"), chips, acts);
  document.body.append(tray);
  const put = () => {
    const now = taste();
    tray.hidden = isEmpty(now);
    document.body.classList.toggle("with-tray", !tray.hidden);
    acts.replaceChildren(...actsOf(now, queryOf(new URL(location.href))));
  };
  const putAll = () => {
    const now = taste();
    const focused = chips.contains(document.activeElement);
    chips.replaceChildren(...now.like.map((id) => chip(id, true)), ...now.dislike.map((id) => chip(id, false)));
    put();
    if (focused) (chips.querySelector("button") ?? document.getElementById("main")).focus();
  };
  addEventListener("tastechange", putAll);
  putAll();
  return put;
}

function actsOf(now, query) {
  const isRecommended = isByTaste(query) && isSameTaste(query, now);
  return [
    !now.like.length && h("p", { class: "small" }, "Like an album to get recommendations."),
    (query.upload || query.text || query.image_url) && now.like.length > 0 && !isSameTaste(query, now) && h("button", { type: "button", onclick: () =>
      go(hrefOf({ ...query, ...now, sameArtwork: false })) }, "Refine this search"),
    now.like.length > 0 && !isRecommended && h("button", { type: "button", class: "primary", onclick: () =>
      go(hrefOf({ ...now, genre: query.genre, year: query.year, where: query.where, list: query.list, diversity: query.diversity, k: query.k })) }, `Recommend from ${now.like.length + now.dislike.length}`),
    h("button", { type: "button", class: "quiet", onclick: () => {
      keepTaste({ like: [], dislike: [] });
      note(`Your taste of ${count(now.like.length + now.dislike.length, "album")} was cleared.`, { undo: () => keepTaste(now) });
    } }, "Clear"),
  ].filter(Boolean);
}

function chip(id, isLiked) {
  const picture = h("span", { class: "cover" });
  const link = h("a", { href: `/album/${id}`, title: `Album ${id}`, "aria-label": `Album ${id}` }, picture);
  const remove = iconButton("close", `Take album ${id} out of your taste`, () => mark(id, null), { class: "x" });
  albumOf(id).then((album) => {
    picture.replaceWith(cover(faceOf(album), { shownPx: 40 }));
    link.setAttribute("aria-label", fullName(album));
    link.title = fullName(album);
    remove.setAttribute("aria-label", `Take ${titleOf(album)} out of your taste`);
    remove.title = remove.getAttribute("aria-label");
  }).catch((error) => { if (error.status === 404) mark(id, null); });
  return h("li", { class: isLiked ? "pick" : "pick away" }, link,
    h("span", { class: "sign", "aria-hidden": "true" }, isLiked ? "♥" : "✕"), h("span", { class: "sr" }, isLiked ? "liked" : "disliked"), remove);
}

function albumOf(id) {
  if (!known.has(id)) {
    known.set(id, ask(`/albums/${id}`).catch((error) => {
      known.delete(id);
      throw error;
    }));
  }
  return known.get(id);
}
