// Pressings side by side, as large as they fit, and what differs between two of them.

import { ask, isCancelled } from "../api.js";
import { cover } from "../cover.js";
import { difference } from "../difference.js";
import { h } from "../dom.js";
import { fullName, lineOf, nameOf } from "../naming.js";
import { emptyState, problemLine } from "../notes.js";
import { again, setTitle } from "../router.js";

const MOST = 12;
const FACTS = ["label", "catalogue_number", "format", "year"];

export async function show(main, { url, signal }) {
  setTitle("Compare");
  main.replaceChildren(h("h1", {}, "Compare"));
  const ids = [...new Set(url.searchParams.getAll("album").map(Number).filter((id) => Number.isSafeInteger(id) && id > 0))].slice(0, MOST);
  try {
    const albums = (await Promise.all(ids.map((id) => ask(`/albums/${id}`, { signal }).catch(leaveOut)))).filter(Boolean);
    if (signal.aborted) return;
    const sides = albums.flatMap((album) => album.covers.filter((one) => one.side === "front").map((one) => ({ album, hash: one.content_hash, file: one.file, name: fullName(album) })));
    main.replaceChildren(...(sides.length > 1 ? page(sides, signal) : [h("h1", { class: "sr" }, "Compare"), emptyState("Nothing to compare", "The albums may have been deleted, or have one cover between them.", h("a", { class: "button", href: "/catalogue" }, "See the catalogue"))]));
  } catch (error) {
    if (!isCancelled(error)) main.replaceChildren(problemLine(error, again));
  }
}

function leaveOut(error) {
  if (error.status !== 404) throw error;
  return null;
}

function page(sides, signal) {
  const chosen = [0, 1];
  const stage = h("div");
  let ending = new AbortController();
  signal.addEventListener("abort", () => ending.abort());
  const put = () => {
    ending.abort();
    ending = new AbortController();
    stage.replaceChildren(difference(sides[chosen[0]], sides[chosen[1]], ending.signal));
    stage.closest("section")?.scrollIntoView({ block: "nearest" });
  };
  const choice = (place, label) => h("label", {}, label, h("select", { onchange: (event) => { chosen[place] = Number(event.target.value); put(); } },
    sides.map(({ name, file }, at) => h("option", { value: at, selected: at === chosen[place] }, `${at + 1}. ${name}${sides.filter((one) => one.name === name).length > 1 ? `, ${file}` : ""}`))));
  put();
  return [
    h("div", { class: "page-head" }, h("h1", {}, `${sides.length} pressings side by side`)),
    h("ul", { class: "large-sides" }, sides.map((one, at) => h("li", { class: "side" }, large(one, at)))),
    h("section", { class: "shelf", "aria-labelledby": "difference-title" }, h("h2", { id: "difference-title" }, "What differs"),
      sides.length > 2 && h("div", { class: "filters" }, choice(0, "First cover"), choice(1, "Second cover")), stage),
  ];
}

function large({ album, hash, file }, at) {
  const pressings = album.entries.map((entry) => FACTS.map((name) => entry[name]).filter(Boolean).join(" · ")).filter(Boolean);
  return [
    h("a", { href: `/album/${album.id}`, "aria-label": fullName(album) }, cover(hash, { shownPx: 620 })),
    h("div", { class: "name" }, `${at + 1}. `, nameOf(album, "span", "title")), h("div", { class: "muted small" }, lineOf(album)),
    pressings.map((line) => h("div", { class: "small" }, line)),
    h("div", { class: "muted small" }, album.genres.join(", ")), h("div", { class: "muted small file" }, file),
  ];
}
