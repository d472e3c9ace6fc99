// The map: each album is a point near those that look like it.

import { ask, isCancelled } from "../api.js";
import { cover } from "../cover.js";
import { h, iconButton } from "../dom.js";
import { Camera } from "../map-camera.js";
import { MapCanvas } from "../map-canvas.js";
import { installHands } from "../map-hands.js";
import { legend } from "../map-legend.js";
import { Points } from "../map-points.js";
import { Thumbs } from "../map-thumbs.js";
import { count, fullName, lineOf, titleOf } from "../naming.js";
import { emptyState, problemLine } from "../notes.js";
import { again, go, setTitle } from "../router.js";

const POINT_REACH_PX = 14;
const THUMB_REACH_PX = 30;
const CARD_AFTER_MS = 60;
const ADDRESS_AFTER_MS = 250;
const SETTLED_AFTER_MS = 160;

export async function show(main, { url, signal }) {
  setTitle("Map");
  main.className = "bleed";
  main.replaceChildren(h("div", { class: "map wait" }, h("div", { class: "state" }, h("h1", { class: "sr" }, "Map"), "Loading the map …")));
  try {
    const points = new Points(await ask("/map", { signal }));
    if (!signal.aborted) build(main, points, url, signal);
  } catch (error) {
    if (isCancelled(error)) return;
    main.replaceChildren(error.status === 404
      ? emptyState("No map yet", "Run `sleeve map` to make one. It takes about a minute.", h("a", { class: "button", href: "/catalogue" }, "See the catalogue"))
      : h("div", { class: "bleed-problem" }, problemLine(error, again)));
  }
}

function build(main, points, url, signal) {
  const camera = new Camera();
  const canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": `Map of ${count(points.count, "album")}. Arrow keys move, plus and minus zoom, 0 shows all, Enter opens the album in the middle.`, "data-points": points.count });
  const layer = h("div", { class: "thumbs", "aria-hidden": "true" });
  const hover = h("div", { class: "hover", hidden: true });
  const cross = h("div", { class: "cross", "aria-hidden": "true" });
  const stage = h("div", { class: "map" }, canvas, layer, cross, hover);
  main.replaceChildren(h("h1", { class: "sr" }, "Map"), stage);
  const drawn = new MapCanvas(canvas, points);
  const lit = litIndices(points, url);
  drawn.light(lit);
  const thumbs = new Thumbs(layer, points, lit);
  let colours = [];
  let asked = false;
  let moving = false;
  const redraw = () => {
    if (asked || signal.aborted) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (signal.aborted) return;
      drawn.draw(camera, colours, ringColour(), devicePixelRatio, { moving });
      thumbs.follow(camera);
      keepAddress();
    });
  };
  const settle = later(SETTLED_AFTER_MS, signal, () => { moving = false; redraw(); });
  let only = url.searchParams.getAll("genre");
  const keepAddress = later(ADDRESS_AFTER_MS, signal, () => {
    const now = new URL(location.href);
    for (const name of ["x", "y", "z", "genre"]) now.searchParams.delete(name);
    if (touched) [["x", camera.x.toFixed(3)], ["y", camera.y.toFixed(3)], ["z", camera.zoom.toFixed(2)]].forEach(([name, value]) => now.searchParams.set(name, value));
    only.forEach((name) => now.searchParams.append("genre", name));
    history.replaceState(history.state, "", now.pathname + now.search);
  });
  let touched = false;
  const moved = () => { [touched, moving] = [true, true]; redraw(); settle(); };
  const reset = () => { camera.lookAt(0, 0, 1); moved(); };
  const zoom = (factor) => { camera.zoomAt(factor, camera.width / 2, camera.height / 2); moved(); };
  stage.append(
    legend(points, only, (chosen, painted) => { only = chosen; colours = painted; redraw(); }),
    h("div", { class: "zoom" }, iconButton("plus", "Zoom in", () => zoom(1.8)), iconButton("minus", "Zoom out", () => zoom(1 / 1.8)), iconButton("fit", "Show the whole map", reset)),
    h("p", { class: "caption small" }, captionOf(points, lit), " ", lit.length > 0 && h("a", { href: "/map" }, "Clear")));
  const pick = (left, top) => {
    const reachPx = thumbs.there.size ? THUMB_REACH_PX : POINT_REACH_PX;
    return points.nearest(...camera.toMap(left, top), reachPx / camera.scale);
  };
  const card = hoverCard(hover, points, camera, signal);
  installHands(canvas, camera, {
    moved,
    reset,
    left: () => card.hide(),
    pointed: (left, top) => { const at = pick(left, top); canvas.style.cursor = at < 0 ? "" : "pointer"; card.show(at); },
    pressed: (left, top, byTouch) => {
      const at = pick(left, top);
      if (at < 0) return card.hide();
      if (byTouch) card.show(at, { open: true });
      else go(`/album/${points.albums[at]}`);
    },
  }, signal);
  const sized = new ResizeObserver(() => {
    [camera.width, camera.height] = [stage.clientWidth, stage.clientHeight];
    redraw();
  });
  [camera.width, camera.height] = [stage.clientWidth, stage.clientHeight];
  begin(camera, points, lit, url);
  sized.observe(stage);
  addEventListener("themechange", redraw, { signal });
  signal.addEventListener("abort", () => { sized.disconnect(); thumbs.forget(); card.hide(); drawn.forget(); });
}

function begin(camera, points, lit, url) {
  const [x, y, z] = ["x", "y", "z"].map((name) => Number(url.searchParams.get(name)));
  if (url.searchParams.has("z") && [x, y, z].every(Number.isFinite)) camera.lookAt(x, y, z);
  else if (lit.length) camera.fit(lit.map((at) => points.x[at]), lit.map((at) => points.y[at]));
  else camera.lookAt(0, 0, 1);
}

function litIndices(points, url) {
  const wanted = new Set(url.searchParams.getAll("highlight").map(Number));
  return wanted.size ? points.albums.flatMap((id, at) => (wanted.has(id) ? [at] : [])) : [];
}

function captionOf(points, lit) {
  return lit.length ? `${count(lit.length, "album")} highlighted` : `${count(points.count, "album")}: zoom in to see covers`;
}

function ringColour() {
  return document.documentElement.dataset.theme === "dark" ? [1, 1, 1, 1] : [0.08, 0.08, 0.08, 1];
}

function hoverCard(element, points, camera, signal) {
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
      element.replaceChildren(cover(points.covers[at], { shownPx: 200, eager: true }),
        h("div", { class: "words" }, h("div", { class: "name" }, titleOf(found)), h("div", { class: "muted small" }, lineOf(found)), h("div", { class: "muted small" }, found.genres.join(", ") || "no genre"),
          open && h("a", { class: "button", href: `/album/${found.id}`, "aria-label": `Open ${fullName(found)}` }, "Open")));
      element.hidden = false;
      place(element, ...camera.toScreen(points.x[at], points.y[at]), camera);
    }, CARD_AFTER_MS);
    return undefined;
  };
  return { show, hide };
}

function place(element, left, top, camera) {
  const [width, height, gap] = [element.offsetWidth, element.offsetHeight, 22];
  const x = left + gap + width < camera.width ? left + gap : Math.max(8, left - gap - width);
  const y = Math.min(Math.max(8, top - height / 2), camera.height - height - 8);
  element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

function later(delayMs, signal, act) {
  let timer = 0;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => { clearTimeout(timer); timer = setTimeout(act, delayMs); };
}
