// Names on the map: where a genre is at its densest.

import { h } from "./dom.js";

const CELLS = 28;
const LEAST_ALBUMS = 5;
const LEAST_SHARE = 0.35;
const APART = 0.16;
const PEAKS = 2;
const FADES_FROM_ZOOM = 5;
const EDGE_PX = 4;

export class Regions {
  constructor(layer, points) {
    this.layer = layer;
    this.points = points;
    this.names = [];
  }

  /** Name them anew: `names[class]` is what an album of that class is called; class 0 has no name. */
  name(classes, names) {
    this.layer.replaceChildren();
    this.names = placesOf(this.points, classes).map(({ is, x, y }) => ({ x, y, element: h("span", {}, names[is]) }));
    this.layer.append(...this.names.map(({ element }) => element));
  }

  follow(camera) {
    this.layer.hidden = camera.zoom >= FADES_FROM_ZOOM;
    for (const name of this.names) {
      const [left, top] = camera.toScreen(name.x, name.y);
      name.widthPx ||= name.element.offsetWidth;
      const half = name.widthPx / 2 + EDGE_PX;
      // A name of what is on the screen is on it as a whole.
      const middle = left > 0 && left < camera.width ? Math.min(Math.max(left, half), camera.width - half) : left;
      name.element.style.transform = `translate(${Math.round(middle)}px, ${Math.round(top)}px) translate(-50%, -50%)`;
    }
  }
}

/** For each class the middles of its one or two densest regions, in which enough albums are of it. */
function placesOf(points, classes) {
  const cellOf = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(((value + 1) / 2) * CELLS)));
  const all = new Float32Array(CELLS * CELLS);
  const own = new Map();
  for (let at = 0; at < points.count; at += 1) {
    const cell = cellOf(points.y[at]) * CELLS + cellOf(points.x[at]);
    all[cell] += 1;
    if (!classes[at] || !points.shown[classes[at]]) continue;
    if (!own.has(classes[at])) own.set(classes[at], new Float32Array(CELLS * CELLS));
    own.get(classes[at])[cell] += 1;
  }
  const around = blurred(all);
  const found = [];
  for (const [is, cells] of [...own].map(([which, counts]) => [which, blurred(counts)])) {
    const order = [...cells.keys()].sort((one, other) => cells[other] - cells[one]);
    const peaks = [];
    for (const cell of order) {
      if (peaks.length === PEAKS || cells[cell] < LEAST_ALBUMS || cells[cell] < cells[order[0]] / 2) break;
      const [x, y] = [((cell % CELLS) + 0.5) * (2 / CELLS) - 1, (Math.floor(cell / CELLS) + 0.5) * (2 / CELLS) - 1];
      if (cells[cell] / around[cell] < LEAST_SHARE || peaks.some((peak) => Math.hypot(peak.x - x, peak.y - y) < 4 * APART)) continue;
      peaks.push({ is, x, y, weight: cells[cell] });
    }
    found.push(...peaks);
  }
  // No name covers another; the one that more albums stand for stays.
  found.sort((one, other) => other.weight - one.weight);
  return found.filter((one, place) => !found.slice(0, place).some((other) => Math.abs(other.x - one.x) < APART && Math.abs(other.y - one.y) < APART / 2));
}

/** Each cell with its eight neighbours. */
function blurred(cells) {
  const sum = new Float32Array(cells.length);
  for (let row = 0; row < CELLS; row += 1) {
    for (let column = 0; column < CELLS; column += 1) {
      for (let y = Math.max(0, row - 1); y <= Math.min(CELLS - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(CELLS - 1, column + 1); x += 1) sum[row * CELLS + column] += cells[y * CELLS + x];
      }
    }
  }
  return sum;
}
