// The taste that a list is for: how varied the list is, and whether it is the taste that this browser keeps.

import { h } from "./dom.js";
import { count } from "./naming.js";
import { note } from "./notes.js";
import { hrefOf, MODEST_DIVERSITY } from "./query.js";
import { go } from "./router.js";
import { isEmpty, isSameTaste, keepTaste, taste } from "./taste.js";

/** A panel for a search by taste; `dial` if how varied the list is can be chosen. */
export function basket(query, { dial, signal }) {
  if (isEmpty(taste())) keepTaste(query);
  const whose = h("div");
  const put = () => whose.replaceChildren(...whoseTaste(query));
  addEventListener("tastechange", put, { signal });
  put();
  return h("section", { class: "panel stack", "aria-labelledby": "basket-title" }, h("h2", { id: "basket-title" }, "Your taste"),
    h("p", { class: "muted small" }, [query.like.length && `${count(query.like.length, "album")} liked`, query.dislike.length && `${count(query.dislike.length, "album")} disliked`].filter(Boolean).join(", ")),
    whose, dial && varied(query));
}

function varied(query) {
  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.1, value: query.diversity, name: "diversity", "aria-label": "How varied the list is", "aria-valuetext": spoken(query.diversity), onchange: (event) =>
    go(hrefOf({ ...query, diversity: Number(event.target.value) }), { replace: true }) });
  return h("div", {}, slider, h("div", { class: "spread small muted", "aria-hidden": "true" }, h("span", {}, "alike"), h("span", {}, "varied")));
}

function whoseTaste(query) {
  const own = taste();
  if (isSameTaste(query, own)) return [];
  const keep = () => {
    keepTaste(query);
    note("The taste of this list is yours now.", { undo: () => keepTaste(own) });
  };
  return [h("p", { class: "small" }, "This list is for another taste than the one at the foot of the page. "), h("button", { type: "button", class: "small", onclick: keep }, "Make it mine")];
}

function spoken(diversity) {
  return diversity < MODEST_DIVERSITY ? "close" : diversity > 0.6 ? "varied" : "a little varied";
}
