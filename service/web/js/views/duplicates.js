// Pairs of albums whose covers show one artwork: a person says whether they do, and whether they are one album.

import { ask, isCancelled } from "../api.js";
import { cover, faceOf } from "../cover.js";
import { opened } from "../album-edit.js";
import { difference } from "../difference.js";
import { h } from "../dom.js";
import { count, fullName, lineOf, nameOf } from "../naming.js";
import { emptyState, problemLine } from "../notes.js";
import { decideArtwork, mergeAlbums } from "../overrule.js";
import { again, setTitle } from "../router.js";

const PAGE = 20;

export async function show(main, { url, signal }) {
  setTitle("Duplicates");
  const decided = url.searchParams.has("decided");
  const skip = Math.max(0, Number(url.searchParams.get("skip")) || 0);
  const list = h("div", { class: "stack pairs", "aria-busy": "true" });
  const said = h("p", { class: "muted", role: "status" });
  main.replaceChildren(
    h("div", { class: "spread page-head" },
      h("div", {}, h("h1", {}, "Duplicates"), said),
      h("nav", { class: "row-wrap", "aria-label": "Which pairs" }, tab("To decide", "/duplicates", !decided), tab("Decided", "/duplicates?decided=1", decided))),
    list);
  try {
    const { pairs, total } = await ask("/duplicates", { query: { decided: decided || null, skip: skip || null, limit: PAGE }, signal });
    said.textContent = !total ? "" : decided ? `${count(total, "pair")} that you decided.` : `${count(total, "pair")} of albums whose covers show the same picture.`;
    list.replaceChildren(...pairs.map((pair) => pairPanel(pair, decided, signal)), pager(skip, total, decided));
    if (!pairs.length) list.replaceChildren(nothing(decided));
  } catch (error) {
    if (!isCancelled(error)) list.replaceChildren(problemLine(error, again));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function tab(text, href, isOn) {
  return h("a", { class: `button${isOn ? " on" : ""}`, href, "aria-current": isOn ? "page" : null }, text);
}

function nothing(decided) {
  return decided ? emptyState("Nothing decided yet", "What you decide about a pair is listed here, and can be taken back.", h("a", { class: "button", href: "/duplicates" }, "Pairs to decide"))
    : emptyState("Nothing to decide", "No two albums show the same picture, or you have decided about all of them.", h("a", { class: "button", href: "/catalogue" }, "See the catalogue"));
}

function pager(skip, total, decided) {
  const href = (to) => `/duplicates?${new URLSearchParams({ ...(decided ? { decided: 1 } : {}), ...(to ? { skip: to } : {}) })}`;
  return h("p", { class: "more row-wrap" }, skip > 0 && h("a", { class: "button", href: href(Math.max(0, skip - PAGE)) }, "Before"),
    skip + PAGE < total && h("a", { class: "button", href: href(skip + PAGE) }, "Next pairs"));
}

function pairPanel({ albums: [one, other], same }, decided, signal) {
  const names = `${fullName(one)} and ${fullName(other)}`;
  return h("section", { class: "panel pair", "aria-label": names },
    h("div", { class: "sides" }, side(one), side(other)),
    h("div", { class: "row-wrap" },
      decided && h("span", { class: "chip" }, same ? "You said: the same artwork" : "You said: not the same"),
      h("button", { type: "button", onclick: (event) => compare(event.currentTarget, one, other, signal) }, "Compare"),
      !(decided && !same) && h("button", { type: "button", onclick: () => decideArtwork(one, other, false, { same, byHand: decided }, again) }, "Not the same"),
      !(decided && same) && h("button", { type: "button", onclick: () => decideArtwork(one, other, true, { same, byHand: decided }, again) }, "Same artwork, two albums"),
      h("button", { type: "button", class: "primary", onclick: () => mergeAlbums(one, [other], again, again) }, "Same album: merge")));
}

function side(album) {
  return h("div", { class: "side" },
    h("a", { href: `/album/${album.id}`, "aria-label": fullName(album) }, cover(faceOf(album), { shownPx: 300 })),
    nameOf(album), h("div", { class: "muted small" }, lineOf(album)),
    h("div", { class: "muted small" }, album.genres.join(", ")), h("div", { class: "muted small file" }, album.covers[0]?.file));
}

/** What differs between the two covers. */
function compare(button, one, other, signal) {
  const ending = new AbortController();
  const [first, second] = [one, other].map((album) => ({ hash: faceOf(album), name: fullName(album) }));
  const dialog = opened(h("dialog", { class: "wide", "aria-label": "What differs", onclose: () => { ending.abort(); button.focus(); } },
    h("div", { class: "stack" }, difference(first, second, ending.signal),
      h("div", { class: "row" }, h("a", { class: "button", href: `/compare?album=${one.id}&album=${other.id}` }, "Side by side"), h("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close")))));
  signal.addEventListener("abort", () => dialog.close());
}
