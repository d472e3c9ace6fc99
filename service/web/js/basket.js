// The liked and disliked albums as chips, and the dial between close and varied.

import { ask } from "./api.js";
import { cover, faceOf } from "./cover.js";
import { h, iconButton } from "./dom.js";
import { titleOf } from "./naming.js";
import { hrefOf, MODEST_DIVERSITY, withOpinion } from "./query.js";
import { go } from "./router.js";

export function basket(query, { signal, dial }) {
  const chips = [...query.like.map((id) => chip(query, id, true, signal)), ...query.dislike.map((id) => chip(query, id, false, signal))];
  const slider = dial && h("label", {}, "Close to what you like, or varied",
    h("input", { type: "range", min: 0, max: 1, step: 0.1, value: query.diversity, "aria-valuetext": spoken(query.diversity), onchange: (event) =>
      go(hrefOf({ ...query, diversity: Number(event.target.value) }), { replace: true }) }));
  return h("section", { class: "panel stack", "aria-labelledby": "basket-title" },
    h("div", { class: "spread" }, h("h2", { id: "basket-title" }, "Your taste"), h("a", { class: "small", href: "/" }, "Clear")),
    h("ul", { class: "chips" }, chips), slider);
}

function spoken(diversity) {
  return diversity < MODEST_DIVERSITY ? "close" : diversity > 0.6 ? "varied" : "a little varied";
}

function chip(query, id, liked, signal) {
  const picture = h("span", { class: "cover" });
  const name = h("a", { class: "name", href: `/album/${id}` }, `Album ${id}`);
  const remove = iconButton("close", `Remove album ${id} from your taste`, () => go(hrefOf(withOpinion(query, id, null))), { class: "x" });
  ask(`/albums/${id}`, { signal }).then((album) => {
    picture.replaceWith(cover(faceOf(album), { shownPx: 24 }));
    name.textContent = titleOf(album);
    remove.setAttribute("aria-label", `Remove ${titleOf(album)} from your taste`);
  }).catch(() => name.classList.add("muted"));
  return h("li", { class: liked ? "chip pick" : "chip pick away" }, picture,
    h("span", { class: "sr" }, liked ? "more like" : "less like"), h("span", { "aria-hidden": "true" }, liked ? "♥" : "✕"), name, remove);
}
