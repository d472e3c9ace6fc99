// A cover as a picture that keeps its place while it loads.

import { imageUrl } from "./api.js";
import { h } from "./dom.js";

const SIZES_PX = [192, 384, 768];

/** A square with the cover in it; `shownPx` is about how wide it will be. */
export function cover(coverId, { shownPx = 200, alt = "", eager = false } = {}) {
  const frame = h("span", { class: "cover" });
  if (!coverId) {
    frame.classList.add("gone");
    return frame;
  }
  const fitting = SIZES_PX.find((size) => size >= shownPx) ?? SIZES_PX.at(-1);
  const sharp = SIZES_PX.find((size) => size >= shownPx * 1.6) ?? SIZES_PX.at(-1);
  const image = h("img", {
    width: shownPx,
    height: shownPx,
    alt,
    decoding: "async",
    loading: eager ? "eager" : "lazy",
    onload: () => image.classList.add("there"),
    onerror: () => { image.remove(); frame.classList.add("gone"); },
    srcset: fitting === sharp ? null : `${imageUrl(coverId, fitting)} 1x, ${imageUrl(coverId, sharp)} 2x`,
    src: imageUrl(coverId, fitting),
  });
  frame.append(image);
  return frame;
}

/** The cover to show for an album: its first front, or its first cover. */
export function faceOf(album) {
  return album.cover_id ?? (album.covers.find((one) => one.side === "front") ?? album.covers[0])?.id ?? null;
}
