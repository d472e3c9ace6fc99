// The card of the album that is pointed at on the map.

import { ask } from "./api.js";
import { cover } from "./cover.js";
import { h } from "./dom.js";
import { fullName, lineOf, nameOf } from "./naming.js";

const AFTER_MS = 60;
const GAP_PX = 22;

export function hoverCard(element, points, camera, signal) {
  const known = new Map();
  let shownAt = -1;
  let timer = 0;
  const album = (id) => {
    if (!known.has(id)) known.set(id, ask(`/albums/${id}`, { signal }));
    return known.get(id);
  };
  const hide = () => { clearTimeout(timer); shownAt = -1; element.hidden = true; };
  const show = (at, { open = false } = {}) => {
    if (at < 0) return hide();
    if (at === shownAt) return undefined;
    clearTimeout(timer);
    shownAt = at;
    timer = setTimeout(async () => {
      const found = await album(points.albums[at]).catch(() => null);
      if (shownAt !== at || !found) return;
      element.classList.toggle("opens", open);
      element.replaceChildren(cover(points.covers[at], { shownPx: 200 }),
        h("div", { class: "words" }, nameOf(found), h("div", { class: "muted small" }, lineOf(found)), h("div", { class: "muted small" }, found.genres.join(", ") || "no genre", points.predicted && predictionOf(points, at)),
          open && h("a", { class: "button", href: `/album/${found.id}`, "aria-label": `Open ${fullName(found)}` }, "Open")));
      element.hidden = false;
      place(element, ...camera.toScreen(points.x[at], points.y[at]), camera);
    }, AFTER_MS);
    return undefined;
  };
  return { show, hide };
}

function predictionOf(points, at) {
  return ` (predicted: ${points.predicted[at] ? points.genres[points.predicted[at] - 1] : "unsure"})`;
}

function place(element, left, top, camera) {
  const [width, height] = [element.offsetWidth, element.offsetHeight];
  const x = left + GAP_PX + width < camera.width ? left + GAP_PX : Math.max(8, left - GAP_PX - width);
  const y = Math.min(Math.max(8, top - height / 2), camera.height - height - 8);
  element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}
