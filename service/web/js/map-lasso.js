// A line drawn around albums on the map, and the list of what is inside.

import { ask, isCancelled } from "./api.js";
import { bulkBar } from "./bulk.js";
import { card } from "./card.js";
import { h, iconButton } from "./dom.js";
import { count } from "./naming.js";
import { problemLine } from "./notes.js";
import { Selection } from "./selection.js";

const LISTED = 200;
const LEAST_STEP_PX = 4;

/** The places inside an outline of points in map units: [[x, y], …]. */
export function inside(points, outline) {
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  return [...points.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))].filter((at) => contains(outline, points.x[at], points.y[at]));
}

/** Whether a point is in a polygon: a ray to the right crosses its sides an odd number of times. */
function contains(outline, x, y) {
  let odd = false;
  outline.forEach(([x1, y1], at) => {
    const [x2, y2] = outline[(at + 1) % outline.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  });
  return odd;
}

/** Lets one line be drawn on the stage; `onDrawn(outline)` gets it in map units, null if it was given up. */
export function drawLasso(stage, camera, onDrawn) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  svg.setAttribute("class", "lasso");
  svg.append(line);
  const outline = [];
  const end = (drawn) => { svg.remove(); removeEventListener("keydown", escape); onDrawn(drawn); };
  const escape = (event) => { if (event.key === "Escape") end(null); };
  const placeOf = (event) => { const box = svg.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); outline.push(placeOf(event)); });
  svg.addEventListener("pointermove", (event) => {
    const [x, y] = placeOf(event);
    const last = outline.at(-1);
    if (!last || Math.hypot(x - last[0], y - last[1]) < LEAST_STEP_PX) return;
    outline.push([x, y]);
    line.setAttribute("points", outline.map((place) => place.join(",")).join(" "));
  });
  svg.addEventListener("pointerup", () => end(outline.length > 2 ? outline.map(([x, y]) => camera.toMap(x, y)) : null));
  addEventListener("keydown", escape);
  stage.append(svg);
}

/** A panel with the albums of these ids, which can be changed together; `onClose()` when it is closed. */
export function lassoPanel(ids, { signal, onClose, onChanged }) {
  const list = h("ul", { class: "grid small-grid" });
  let albums = [];
  const selection = new Selection(async (from, to) => albums.slice(from, to), () => bulk.put());
  const bulk = bulkBar(selection, () => { selection.clear(); load(); onChanged(); });
  const panel = h("aside", { class: "lassoed", "aria-label": "Albums inside the line" },
    h("div", { class: "spread" }, h("h2", {}, count(ids.length, "album")), iconButton("close", "Close the list", onClose)),
    ids.length > LISTED && h("p", { class: "muted small" }, `The first ${LISTED} are listed.`),
    h("div", { class: "row-wrap" }, h("button", { type: "button", class: "small", onclick: () => selection.put(albums, true) }, "Select all")), bulk.bar, list);
  async function load() {
    try {
      ({ albums } = await ask("/albums", { query: { id: ids.slice(0, LISTED) }, signal }));
      list.replaceChildren(...albums.map((album, at) => card(album, { at, tick: selection.box(album, at), shownPx: 110 })));
    } catch (error) {
      if (!isCancelled(error)) list.replaceChildren(problemLine(error, load));
    }
  }
  load();
  return panel;
}
