// Covers over the points when few enough are on screen; none hides another, and highlighted ones come first.

import { imageUrl } from "./api.js";
import { h } from "./dom.js";

const FEW = 1500;
const MOST = 240;
const SETTLE_MS = 120;

export class Thumbs {
  constructor(layer, points, lit, asked) {
    this.layer = layer;
    this.points = points;
    this.lit = lit;
    this.asked = asked;
    this.there = new Map();
    this.sizePx = matchMedia("(max-width: 640px)").matches ? 46 : 58;
  }

  /** Move those on screen at once; choose others when the map has stopped moving. */
  follow(camera) {
    this.#place(camera);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#choose(camera), this.there.size ? SETTLE_MS : SETTLE_MS / 2);
  }

  forget() {
    clearTimeout(this.timer);
  }

  #choose(camera) {
    const chosen = this.#chosen(camera);
    for (const [at, image] of this.there) {
      if (chosen.has(at)) continue;
      image.remove();
      this.there.delete(at);
    }
    for (const at of chosen) {
      if (this.there.has(at)) continue;
      const image = h("img", { alt: "", width: this.sizePx, height: this.sizePx, onload: () => image.classList.add("there"), onerror: () => image.remove(), class: this.asked.includes(at) ? "lit asked" : this.lit.includes(at) ? "lit" : null, src: imageUrl(this.points.covers[at], 96 * Math.min(2, Math.ceil(devicePixelRatio))) });
      this.there.set(at, image);
      this.layer.append(image);
    }
    this.layer.dataset.count = String(chosen.size);
    this.#place(camera);
  }

  #chosen(camera) {
    const { points } = this;
    const [left, top] = camera.toMap(0, 0);
    const [right, bottom] = camera.toMap(camera.width, camera.height);
    const inSight = [];
    for (const at of points.within(left, top, right, bottom)) {
      inSight.push(at);
      if (inSight.length > FEW) break;
    }
    const others = inSight.length > FEW ? [] : inSight.sort((one, other) => one - other);
    return this.#apart([...this.lit, ...this.there.keys(), ...others], (this.sizePx + 4) / camera.scale, new Set([...this.lit, ...others]));
  }

  /** The candidates that are at least ``apart`` map units from each one before them. */
  #apart(candidates, apart, allowed) {
    const { x, y } = this.points;
    const taken = new Map();
    const chosen = new Set();
    for (const at of candidates) {
      if (chosen.size >= MOST || chosen.has(at) || !allowed.has(at)) continue;
      const [column, row] = [Math.floor(x[at] / apart), Math.floor(y[at] / apart)];
      const near = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => taken.get(`${column + dx} ${row + dy}`))).filter((other) => other !== undefined);
      if (near.some((other) => Math.abs(x[other] - x[at]) < apart && Math.abs(y[other] - y[at]) < apart)) continue;
      taken.set(`${column} ${row}`, at);
      chosen.add(at);
    }
    return chosen;
  }

  #place(camera) {
    for (const [at, image] of this.there) {
      const [left, top] = camera.toScreen(this.points.x[at], this.points.y[at]);
      image.style.transform = `translate(${left - this.sizePx / 2}px, ${top - this.sizePx / 2}px)`;
    }
  }
}
