// What a picture shows: an album of the catalogue, another pressing of one, or none.

import { cover } from "./cover.js";
import { h } from "./dom.js";
import { count, fullName, lineOf, nameOf } from "./naming.js";
import { enqueue } from "./queue.js";
import { go } from "./router.js";

/** A large card for an answer's `verdict` on a picture (`file`). */
export function verdictCard({ verdict, file }) {
  if (!verdict.album) return notHere(file);
  const { album, answer, pressings, same_barcode: others } = verdict;
  const says = answer === "found" ? "This is" : "Another pressing of";
  return h("section", { class: "panel verdict", "aria-label": "What your picture shows" },
    h("a", { href: `/album/${album.album_id}`, "aria-label": fullName(album) }, cover(album.content_hash, { shownPx: 220 })),
    h("div", { class: "stack" },
      h("p", { class: "muted" }, says),
      nameOf(album, "h2"),
      h("p", {}, [lineOf(album), album.genres.join(", ")].filter(Boolean).join(" · ")),
      h("p", { class: "muted small" }, whyOf(verdict)),
      others.length > 0 && h("p", { class: "small" }, `${count(others.length, "other album")} with that barcode: `, others.flatMap((id) => [h("a", { href: `/album/${id}` }, `album ${id}`), " "])),
      h("div", { class: "row-wrap" },
        h("a", { class: "button primary", href: `/album/${album.album_id}` }, "Open"),
        pressings.length > 0 && h("a", { class: "button", href: `/?album=${album.album_id}&same_artwork=1` }, `Other pressings (${pressings.length})`))));
}

function whyOf({ barcode, points }) {
  if (barcode) return `Its barcode is in your picture: ${barcode}.`;
  return points ? `${count(points, "point")} of the cover match your picture.` : "It is the same picture.";
}

/** A button that puts a picture into the queue of covers to add. */
export function addButton(fileOf) {
  return h("button", { type: "button", class: "primary", onclick: async () => { await enqueue([await fileOf()]); go("/queue"); } }, "Add it");
}

function notHere(file) {
  return h("section", { class: "panel verdict none", "aria-label": "What your picture shows" },
    h("div", { class: "stack" },
      h("h2", {}, "Not in your catalogue"),
      h("p", { class: "muted" }, "No cover shows this picture, as far as can be seen. The closest are below."),
      h("div", { class: "row-wrap" }, addButton(() => file))));
}
