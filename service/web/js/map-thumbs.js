// Covers over the points once few enough are in sight: at most one a cell of a grid that stays put as one moves.

import { imageUrl } from "./api.js";
import { h } from "./dom.js";

const FEW = 1500;
const MOST = 240;
const SETTLE_MS = 120;

export class Thumbs {
  constructor(layer, points) {
    this.layer = layer;
    this.points = points;
    this.there = new Map();
    this.sizePx = matchMedia("(max-width: 640px)").matches ? 46 : 58;
  }

  /** Move those that are there at once; choose others when one has stopped moving. */
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
      const image = h("img", { alt: "", width: this.sizePx, height: this.sizePx, onload: () => image.classList.add("there"), onerror: () => image.remove(), src: imageUrl(this.points.covers[at], 160) });
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
      if (inSight.length > FEW) return new Set();
    }
    // Cells are a power of two of a map unit wide, so that panning never changes who stands for one.
    const cell = 2 ** Math.ceil(Math.log2((this.sizePx + 4) / camera.scale));
    const taken = new Map();
    for (const at of inSight.sort((one, other) => one - other)) {
      const key = `${Math.floor(points.x[at] / cell)} ${Math.floor(points.y[at] / cell)}`;
      if (!taken.has(key)) taken.set(key, at);
    }
    return new Set([...taken.values()].slice(0, MOST));
  }

  #place(camera) {
    for (const [at, image] of this.there) {
      const [left, top] = camera.toScreen(this.points.x[at], this.points.y[at]);
      image.style.transform = `translate(${left - this.sizePx / 2}px, ${top - this.sizePx / 2}px)`;
    }
  }
}
