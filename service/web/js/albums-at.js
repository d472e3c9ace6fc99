// The albums of one list by their place in it, loaded a page at a time.

import { ask } from "./api.js";

const PAGE = 60;
const KEPT_PAGES = 40;

export class AlbumsAt {
  #pages = new Map();

  /** `query` as the API takes it: filters and order. */
  constructor(query) {
    this.query = query;
    this.total = null;
  }

  /** The album at a place if it is loaded. */
  get(at) {
    const page = this.#pages.get(Math.floor(at / PAGE));
    return Array.isArray(page) ? page[at % PAGE] ?? null : null;
  }

  /** Load what is missing of these places. */
  async load(from, to) {
    const wanted = [];
    for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page += 1) wanted.push(this.#page(page));
    await Promise.all(wanted);
  }

  #page(number) {
    const known = this.#pages.get(number);
    if (known) return known;
    const asked = ask("/albums", { query: { ...this.query, limit: PAGE, skip: number * PAGE || null } }).then(({ albums, total }) => {
      this.#pages.set(number, albums);
      this.total = total;
      if (this.#pages.size > KEPT_PAGES) this.#pages.delete(this.#pages.keys().next().value);
      return albums;
    }).catch((error) => {
      this.#pages.delete(number);
      throw error;
    });
    this.#pages.set(number, asked);
    return asked;
  }
}
