// The catalogue as a wall: covers without words, edge to edge; and the colours that a list by colour comes to.

import { cover, faceOf } from "./cover.js";
import { h } from "./dom.js";
import { fullName } from "./naming.js";
import { isGoing } from "./pending.js";
import { asOneStop, KEYS } from "./roving.js";

const TILE_PX = 96;
const SWATCHES = { Red: "#d2372d", Orange: "#d9782b", Yellow: "#e3c12f", Green: "#4f9a46", Turquoise: "#2f9c9c", Blue: "#3b6fd0", Purple: "#8350c4", Pink: "#dc5a9c", Black: "#1d1d1f", Grey: "#8a8a8c", White: "#f4f4f2" };

export function wallTile(album, at) {
  const about = [fullName(album), album.year, album.genres.join(", ")].filter(Boolean);
  return asOneStop(h("li", { class: `card${isGoing(album.id) ? " going" : ""}`, "data-album": album.id, "data-at": at },
    h("a", { class: "face", href: `/album/${album.id}`, "aria-keyshortcuts": KEYS, "aria-label": about.join(", "), title: about.join("\n") }, cover(faceOf(album), { shownPx: TILE_PX }))));
}

/** How many tiles are next to each other in a width, and how high they are. */
export function wallMeasure(widthPx) {
  const columns = Math.max(4, Math.round(widthPx / TILE_PX));
  return { columns, rowPx: widthPx / columns };
}

/** A dot of the colour with this name; nothing for other names. */
export function swatch(name) {
  const dot = SWATCHES[name] ? h("i", { class: "swatch", "aria-hidden": "true" }) : null;
  if (dot) dot.style.background = SWATCHES[name];
  return dot;
}
