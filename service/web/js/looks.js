// What covers should show, in words: "foggy forest -people" asks for more of the one and less of the other.

import { h } from "./dom.js";
import { hrefOf } from "./query.js";
import { go } from "./router.js";

/** {text?, less?}, as the API takes them. */
export function looksIn(words) {
  const some = (words ?? "").split(/\s+/).filter(Boolean);
  const isLess = (word) => /^[-−–]\p{L}/u.test(word);
  const text = some.filter((word) => !isLess(word)).join(" ");
  const less = some.filter(isLess).map((word) => word.slice(1)).join(" ");
  return { ...(text && { text }), ...(less && { less }) };
}

/** A panel to say what the covers that are like a picture should show besides. */
export function looksPanel(query) {
  const field = h("input", { type: "search", name: "text", value: query.text ?? "", maxlength: 200, placeholder: "at night -people", enterkeyhint: "search" });
  const submit = (event) => {
    event.preventDefault();
    go(hrefOf({ ...query, text: field.value.trim() || null }));
  };
  return h("form", { class: "panel stack", onsubmit: submit },
    h("label", {}, "But showing", field),
    h("p", { class: "muted small" }, "Pictures and words decide as much. A minus asks for less of a word."));
}
