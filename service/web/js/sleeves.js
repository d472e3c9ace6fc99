// A photo of several sleeves: where each is, by number, and what each is.

import { cover } from "./cover.js";
import { h } from "./dom.js";
import { fullName, lineOf, nameOf } from "./naming.js";
import { hrefOf } from "./query.js";

/** The picture of a file with an outline and a number on each of an answer's `sleeves`; a tap on a number goes to that one. */
export function sleevesPicture(file, sleeves, query, { alt, signal }) {
  const address = URL.createObjectURL(file);
  signal.addEventListener("abort", () => URL.revokeObjectURL(address));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "outlines");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const { outline } of sleeves) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    shape.setAttribute("points", outline.map((corner) => corner.join(",")).join(" "));
    svg.append(shape);
  }
  const numbers = sleeves.map(({ outline }, at) => {
    const [x, y] = [0, 1].map((axis) => outline.reduce((sum, corner) => sum + corner[axis], 0) / outline.length);
    const link = h("a", { class: "number", href: hrefOf(asked(query, outline)), "aria-label": `Sleeve ${at + 1}` }, String(at + 1));
    link.style.left = `${100 * x}%`;
    link.style.top = `${100 * y}%`;
    return link;
  });
  return h("div", { class: "outlined" }, h("img", { src: address, alt }), svg, numbers);
}

/** A card for each, in their order; a tap goes to what is like it. */
export function sleeveCards(sleeves, query) {
  return h("ol", { class: "sleeves", "aria-label": "What your picture shows" }, sleeves.map(({ verdict, outline }, at) => {
    const { album, alike, same_barcode: coded } = verdict;
    return h("li", {}, h("a", { class: "panel sleeve", href: hrefOf(asked(query, outline)) },
      h("span", { class: "number" }, String(at + 1)),
      cover(album?.content_hash, { shownPx: 96 }),
      h("span", {},
        h("span", { class: "muted small" }, saidOf(verdict)),
        album && nameOf(album, "strong"),
        album && h("span", { class: "muted small" }, [lineOf(album), album.genres.join(", ")].filter(Boolean).join(" · ")),
        !album && coded.length > 0 && h("span", { class: "small" }, `Its barcode is that of album ${coded.join(", ")}, which has no cover`),
        alike && h("span", { class: "muted small" }, `It looks like ${fullName(alike)}`))));
  }));
}

function saidOf({ album, answer }) {
  if (!album) return answer === "absent" ? "Not in your catalogue" : "In your catalogue";
  return answer === "found" ? "This is" : "Another pressing of";
}

function asked(query, outline) {
  return { ...query, outline: outline.flat().map((part) => part.toFixed(4)).join(",") };
}
