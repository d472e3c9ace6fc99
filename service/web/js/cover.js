// A cover as a picture that keeps its place while it loads.

import { imageUrl } from "./api.js";
import { h } from "./dom.js";

const SIZES_PX = [96, 192, 384, 768];

/** What a picture shows once it is near: how far it may be from the screen is a part of the screen's height. Browsers load
 * from much further away, and on a slow network what is in sight waits for that. */
const wanted = new WeakMap();
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    Object.assign(target, wanted.get(target));
  }
}, { rootMargin: "40% 0px", scrollMargin: "200px" });

/** A square with a cover in it, or a drawn record if there is none: `of` as in `imageUrl`; `shownPx` is about how wide it will be, `boxes` what to outline on it: corners as parts of its sides. */
export function cover(of, { shownPx = 200, alt = "", boxes = [] } = {}) {
  if (!of) return h("span", { class: "cover record", role: "img", "aria-label": alt || "No cover" });
  const fitting = SIZES_PX.find((size) => size >= shownPx) ?? SIZES_PX.at(-1);
  const sharp = SIZES_PX.find((size) => size >= shownPx * 1.6) ?? SIZES_PX.at(-1);
  return framed(boxes, { alt, width: shownPx, height: shownPx }, {
    srcset: fitting === sharp ? "" : `${imageUrl(of, fitting)} 1x, ${imageUrl(of, sharp)} 2x`,
    src: imageUrl(of, fitting),
  });
}

/** The same with a picture of the person's own, from a file. */
export function pictureOf(file, { shownPx = 200, alt = "", boxes = [], signal }) {
  const address = URL.createObjectURL(file);
  signal.addEventListener("abort", () => URL.revokeObjectURL(address));
  return framed(boxes, { alt, width: shownPx, height: shownPx }, { src: address });
}

function framed(boxes, attributes, source) {
  const frame = h("span", { class: "cover" });
  const image = h("img", {
    onload: () => {
      image.classList.add("there");
      if (boxes.length) frame.append(outlines(boxes, image.naturalWidth, image.naturalHeight));
    },
    onerror: () => { image.remove(); frame.classList.add("gone"); },
    decoding: "async",
    ...attributes,
  });
  wanted.set(image, source);
  near.observe(image);
  frame.append(image);
  return frame;
}

/** Outlines cover the picture as it fills its square: the middle of it, cut at the longer sides. */
function outlines(boxes, width, height) {
  const make = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    return element;
  };
  const svg = make("svg", { class: "outlines", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" });
  svg.append(...boxes.map((box) => make("polygon", { points: box.map(([x, y]) => `${x * width},${y * height}`).join(" ") })));
  return svg;
}

/** The content hash of the cover to show for an album: its first front, or its first cover. */
export function faceOf(album) {
  return album.content_hash ?? (album.covers.find((one) => one.side === "front") ?? album.covers[0])?.content_hash ?? null;
}
