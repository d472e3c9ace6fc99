// The albums that are ticked in a list.

import { h } from "./dom.js";
import { titleOf } from "./naming.js";
import { note } from "./notes.js";

/** Albums at once: as many as the service changes in one request. */
const MOST = 500;

export class Selection {
  #albums = new Map();
  #last = null;

  /** `between(from, to)` gives the albums of these places, `onChange()` is called after every change. */
  constructor(between, onChange) {
    this.between = between;
    this.onChange = onChange;
  }

  get albums() {
    return [...this.#albums.values()];
  }

  /** The box of an album at a place of the list; with Shift, all between the last one ticked and this one follow. */
  box(album, at) {
    return h("input", { type: "checkbox", class: "tick", "aria-label": `Select ${titleOf(album)}`, checked: this.#albums.has(album.id), onclick: async (event) => {
      const { checked } = event.target;
      const from = event.shiftKey ? this.#last : null;
      this.#last = at;
      this.put(from === null ? [album] : await this.between(Math.min(from, at), Math.max(from, at) + 1), checked);
    } });
  }

  put(albums, isOn) {
    for (const album of albums) {
      if (!isOn) this.#albums.delete(album.id);
      else if (this.#albums.size < MOST || this.#albums.has(album.id)) this.#albums.set(album.id, album);
      else {
        note(`${MOST} albums can be selected at once.`, { bad: true });
        break;
      }
    }
    this.#paint();
  }

  clear() {
    this.#albums.clear();
    this.#last = null;
    this.#paint();
  }

  #paint() {
    for (const box of document.querySelectorAll(".card[data-album] .tick")) {
      const isOn = this.#albums.has(Number(box.closest(".card").dataset.album));
      box.checked = isOn;
      box.closest(".card").classList.toggle("ticked", isOn);
    }
    this.onChange();
  }
}
