// The map: every album as a point, near those that look like it; covers when they fit. Searched, coloured, gathered by a line.

import { ask, isCancelled } from "../api.js";
import { h, icon, iconButton } from "../dom.js";
import { Camera } from "../map-camera.js";
import { MapCanvas } from "../map-canvas.js";
import { hoverCard } from "../map-card.js";
import { installHands } from "../map-hands.js";
import { legend } from "../map-legend.js";
import { Points } from "../map-points.js";
import { Regions } from "../map-regions.js";
import { Thumbs } from "../map-thumbs.js";
import { drawButton } from "../map-update.js";
import { schemes } from "../map-colours.js";
import { status } from "../facts.js";
import { count } from "../naming.js";
import { emptyState, problemLine } from "../notes.js";
import { again, go, setTitle } from "../router.js";

const POINT_REACH_PX = 14;
const THUMB_REACH_PX = 30;
const ADDRESS_AFTER_MS = 250;
const SETTLED_AFTER_MS = 160;
const FOUND = 100;

export async function show(main, { url, signal }) {
  setTitle("Map");
  main.className = "bleed";
  main.replaceChildren(h("div", { class: "map wait" }, h("div", { class: "state" }, h("h1", { class: "sr" }, "Map"), "Loading the map …")));
  try {
    const [drawn, wanted] = await Promise.all([ask("/map", { signal }), highlighted(url, signal)]);
    if (!signal.aborted) build(main, new Points(drawn), wanted, url, signal);
  } catch (error) {
    if (isCancelled(error)) return;
    main.className = "";
    main.replaceChildren(error.status === 404 ? await noMap(signal) : problemLine(error, again));
  }
}

async function noMap(signal) {
  const can = await status().catch(() => null);
  if (!can?.albums) return emptyState("No map yet", "The catalogue is empty. Add covers first.", h("a", { class: "button primary", href: "/queue" }, "Add covers"));
  return emptyState("No map yet", "On the map, albums that look alike are near each other. Drawing it takes about a minute for a few thousand albums.", drawButton("Draw the map", signal), h("a", { class: "button", href: "/catalogue" }, "See the catalogue"));
}

/** The ids to highlight, and which of them was asked with: those of the address, or those that hold its words. */
async function highlighted(url, signal) {
  const ids = url.searchParams.getAll("highlight").map(Number);
  const asked = Number(url.searchParams.get("asked")) || null;
  const q = url.searchParams.get("q");
  if (!q) return { ids, asked };
  const { albums } = await ask("/albums", { query: { q, limit: FOUND }, signal });
  return { ids: albums.map((album) => album.id), asked: null, q };
}

function build(main, points, wanted, url, signal) {
  const camera = new Camera(points.count);
  const canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": `Map of ${count(points.count, "album")}. Arrow keys move, plus and minus zoom, 0 shows all, Enter opens the album in the middle.`, "data-points": points.count });
  const layer = h("div", { class: "thumbs", "aria-hidden": "true" });
  const names = h("div", { class: "region-names", "aria-hidden": "true" });
  const hover = h("div", { class: "hover", hidden: true });
  const cross = h("div", { class: "cross", "aria-hidden": "true" });
  const stage = h("div", { class: "map" }, canvas, layer, names, cross, hover);
  main.replaceChildren(h("h1", { class: "sr" }, "Map"), stage);
  const place = new Map(points.albums.map((id, at) => [id, at]));
  const asked = place.has(wanted.asked) ? [place.get(wanted.asked)] : [];
  const lit = [...asked, ...wanted.ids.filter((id) => place.has(id) && id !== wanted.asked).map((id) => place.get(id))];
  const drawn = new MapCanvas(canvas, points);
  drawn.light(lit, asked);
  const thumbs = new Thumbs(layer, points, lit, asked);
  const regions = new Regions(names, points);
  const state = { colours: [], by: url.searchParams.get("by"), only: url.searchParams.getAll("genre"), frame: false, moving: false, touched: url.searchParams.has("z") };
  const caption = h("p", { class: "caption small" });
  const redraw = () => {
    if (state.frame || signal.aborted) return;
    state.frame = true;
    requestAnimationFrame(() => {
      state.frame = false;
      if (signal.aborted) return;
      drawn.draw(camera, state.colours, ringColour(), devicePixelRatio, { moving: state.moving });
      thumbs.follow(camera);
      regions.follow(camera);
      keepAddress();
    });
  };
  const settle = later(SETTLED_AFTER_MS, signal, () => { state.moving = false; redraw(); });
  const keepAddress = later(ADDRESS_AFTER_MS, signal, () => {
    putAddress(camera, state);
    caption.firstChild.textContent = captionOf(points, lit, wanted, thumbs.there.size > 0);
  });
  const moved = () => { [state.touched, state.moving] = [true, true]; redraw(); settle(); };
  const reset = () => { camera.lookAt(0, 0, 1); moved(); };
  const zoom = (factor) => { camera.zoomAt(factor, camera.width / 2, camera.height / 2); moved(); };
  caption.append(captionOf(points, lit, wanted, false), " ");
  if (wanted.ids.length || wanted.q) caption.append(h("a", { href: "/map" }, "Clear"));
  stage.append(
    legend(points, state.by, state.only, ({ by, only, classes, colours }) => {
      Object.assign(state, { by, only, colours });
      drawn.classify();
      regions.name(classes, schemes(points)[by].names);
      redraw();
    }),
    searchField(wanted.q),
    h("div", { class: "zoom" }, lassoButton(stage, camera, points, signal), iconButton("plus", "Zoom in", () => zoom(1.8)), iconButton("minus", "Zoom out", () => zoom(1 / 1.8)), iconButton("fit", "Show the whole map", reset)),
    caption, points.missing > 0 ? h("div", { class: "map-notice small", role: "status" }, `${count(points.missing, "album")} ${points.missing === 1 ? "is" : "are"} not on the map yet.`, drawButton("Update the map", signal)) : "");
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

function searchField(q) {
  const field = h("input", { type: "search", name: "q", value: q ?? "", placeholder: "Find on the map", "aria-label": "Find on the map", autocomplete: "off", maxlength: 200 });
  return h("form", { class: "map-search", role: "search", onsubmit: (event) => {
    event.preventDefault();
    go(field.value.trim() ? `/map?${new URLSearchParams({ q: field.value.trim() })}` : "/map");
  } }, h("span", { class: "lens" }, icon("search")), field);
}

function lassoButton(stage, camera, points, signal) {
  let panel = null;
  const close = () => { panel?.remove(); panel = null; };
  return iconButton("lasso", "Draw a line around albums to list them", async () => {
    const { drawLasso, inside, lassoPanel } = await import("../map-lasso.js");
    close();
    drawLasso(stage, camera, (outline) => {
      const found = outline ? inside(points, outline).map((at) => points.albums[at]) : [];
      if (!found.length) return;
      panel = lassoPanel(found, { signal, onClose: close, onChanged: () => {} });
      stage.append(panel);
    });
  });
}

function begin(camera, points, lit, url) {
  const [x, y, z] = ["x", "y", "z"].map((name) => Number(url.searchParams.get(name)));
  if (url.searchParams.has("z") && [x, y, z].every(Number.isFinite)) camera.lookAt(x, y, z);
  else if (lit.length) camera.fit(lit.map((at) => points.x[at]), lit.map((at) => points.y[at]));
  else camera.lookAt(0, 0, 1);
}

function putAddress(camera, { touched, by, only }) {
  const now = new URL(location.href);
  for (const name of ["x", "y", "z", "genre", "by"]) now.searchParams.delete(name);
  if (touched) [["x", camera.x.toFixed(3)], ["y", camera.y.toFixed(3)], ["z", camera.zoom.toFixed(2)]].forEach(([name, value]) => now.searchParams.set(name, value));
  if (by !== "genre") now.searchParams.set("by", by);
  only.forEach((name) => now.searchParams.append("genre", name));
  history.replaceState(history.state, "", now.pathname + now.search);
}

function captionOf(points, lit, { ids, q }, hasCovers) {
  if (!ids.length && !q) return `${count(points.count, "album")}${hasCovers ? "" : ": zoom in to see covers"}`;
  const away = ids.length - lit.length;
  if (!ids.length) return `No album for “${q}”.`;
  return `${count(lit.length, "album")} highlighted${away ? `, ${away} not on the map yet` : ""}`;
}

function ringColour() {
  return document.documentElement.dataset.theme === "dark" ? [1, 1, 1, 1] : [0.08, 0.08, 0.08, 1];
}

function later(delayMs, signal, act) {
  let timer = 0;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => { clearTimeout(timer); timer = setTimeout(act, delayMs); };
}
