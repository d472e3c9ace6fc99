// The covers of an album: one large, the others to choose from.

import { imageUrl } from "./api.js";
import { cover } from "./cover.js";
import { h } from "./dom.js";
import { openLightbox } from "./lightbox.js";
import { fullName } from "./naming.js";
import { coverActs } from "./overrule.js";

export function albumCovers(album) {
  const first = album.covers.find((one) => one.side === "front") ?? album.covers[0];
  if (!first) return h("div", { class: "stack" }, cover(null), h("p", { class: "muted small" }, "This album has no cover yet. ", h("code", {}, "sleeve musicbrainz --fill"), " looks for one."));
  const name = (one) => `${one.side === "back" ? "Back" : "Front"} cover of ${fullName(album)}`;
  let shown = first;
  const stage = h("button", { type: "button", class: "stage", title: "Show it in full size", onclick: () => openLightbox(album.covers, album.covers.indexOf(shown), name) });
  const put = (one) => {
    shown = one;
    stage.replaceChildren(h("img", { src: imageUrl(one.content_hash, 768), srcset: `${imageUrl(one.content_hash, 768)} 768w, ${imageUrl(one.content_hash, 1536)} 1536w`, sizes: "(max-width: 980px) 100vw, 520px", width: 640, height: 640, alt: name(one), onerror: (event) => event.target.replaceWith(h("p", { class: "muted" }, "This picture cannot be read. Check that its file is still there.")) }));
    for (const button of strip.children) button.setAttribute("aria-pressed", String(button.dataset.cover === String(one.id)));
  };
  const strip = h("div", { class: "strip" }, album.covers.map((one) => h("button", { type: "button", class: "thumb", "data-cover": one.id, "aria-label": `Show the ${one.side} cover`, onclick: () => put(one) }, cover(one.content_hash, { shownPx: 72 }), h("span", { class: "small" }, one.side))));
  const thumb = (one) => strip.querySelector(`[data-cover="${one.id}"]`);
  const hide = (one, isGoing) => {
    thumb(one).hidden = isGoing;
    const left = album.covers.filter((other) => !thumb(other).hidden);
    put(isGoing ? left[0] : one);
    acts.hidden = left.length < 2;
  };
  const acts = coverActs(album, () => shown, hide);
  put(first);
  return h("div", { class: "stack" }, h("figure", {}, stage), album.covers.length > 1 && [strip, acts]);
}
