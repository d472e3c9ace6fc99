// A list of any length of which only the rows in sight are on the page, as high as all of it, so that the scrollbar is true.

const ROWS_AROUND = 2;
const MOST_PX = 12_000_000;

export class VirtualList {
  #shown = new Map();
  #frame = 0;

  /** `list` is a ul in `frame`; `make(at)` returns the element at a place, `measure()` {columns, rowPx}, `covered()` how
   * many pixels the bars at the top of the page hide, and `seen(first, last)` hears which places are in sight. */
  constructor(frame, list, { make, measure, covered, seen, signal }) {
    Object.assign(this, { frame, list, make, measure, covered, seen, total: 0 });
    const later = () => { this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.draw(); }); };
    addEventListener("scroll", later, { signal, passive: true });
    const sized = new ResizeObserver(() => this.#resized());
    sized.observe(frame);
    signal.addEventListener("abort", () => { cancelAnimationFrame(this.#frame); sized.disconnect(); });
  }

  /** How many there are. */
  resize(total) {
    this.total = total;
    this.#lay();
    this.draw();
  }

  /** Make the elements anew, for example because they were loaded. */
  refresh(places = [...this.#shown.keys()]) {
    for (const at of places) {
      const old = this.#shown.get(at);
      if (!old) continue;
      const focused = old.contains(document.activeElement);
      const fresh = this.#made(at);
      old.replaceWith(fresh);
      if (focused) fresh.querySelector(".face")?.focus({ preventScroll: true });
    }
  }

  /** Scroll to a place. */
  goTo(at) {
    const row = Math.floor(Math.min(Math.max(0, at), Math.max(0, this.total - 1)) / this.columns);
    scrollTo({ top: row ? this.#top() + (row * this.rowPx) / this.ratio : 0 });
    this.draw();
  }

  get first() {
    return Math.min(this.total, Math.floor(this.#seenPx() / this.rowPx) * this.columns);
  }

  draw() {
    if (!this.list.isConnected || !this.total) return;
    const seenPx = this.#seenPx();
    const firstRow = Math.floor(seenPx / this.rowPx);
    const rows = Math.ceil(innerHeight / this.rowPx) + 1;
    const from = Math.max(0, firstRow - ROWS_AROUND) * this.columns;
    const to = Math.min(this.total, (firstRow + rows + ROWS_AROUND) * this.columns);
    for (const [at, element] of this.#shown) {
      if ((at >= from && at < to) || element.contains(document.activeElement)) continue;
      element.remove();
      this.#shown.delete(at);
    }
    for (let at = from; at < to; at += 1) if (!this.#shown.has(at)) this.#insert(at);
    this.shiftPx = this.ratio === 1 ? 0 : Math.max(0, scrollY - this.#top()) - seenPx;
    for (const [at, element] of this.#shown) this.#place(at, element);
    this.drawnFirst = firstRow * this.columns;
    this.seen(this.drawnFirst, Math.min(this.total, (firstRow + rows - 1) * this.columns));
  }

  #insert(at) {
    const element = this.#made(at);
    // Places rise through the list, as the keys and screen readers follow it.
    const after = [...this.list.children].find((one) => Number(one.dataset.at) > at) ?? null;
    this.list.insertBefore(element, after);
  }

  #made(at) {
    const element = this.make(at);
    element.dataset.at = String(at);
    element.setAttribute("aria-setsize", String(this.total));
    element.setAttribute("aria-posinset", String(at + 1));
    this.#shown.set(at, element);
    this.#place(at, element);
    return element;
  }

  #place(at, element) {
    const column = at % this.columns;
    element.style.width = `${100 / this.columns}%`;
    element.style.transform = `translate(${column * 100}%, ${Math.round(Math.floor(at / this.columns) * this.rowPx + (this.shiftPx ?? 0))}px)`;
  }

  #lay() {
    Object.assign(this, this.measure());
    this.heightPx = Math.ceil(this.total / this.columns) * this.rowPx;
    const shownPx = Math.min(this.heightPx, MOST_PX);
    this.ratio = shownPx > innerHeight ? Math.max(1, (this.heightPx - innerHeight) / (shownPx - innerHeight)) : 1;
    this.frame.style.height = `${Math.ceil(shownPx)}px`;
  }

  #resized() {
    if (!this.total) return;
    // What was seen before: by now the page is laid out anew.
    const { drawnFirst, columns } = this;
    const { columns: now, rowPx } = this.measure();
    if (now === columns && rowPx === this.rowPx) return;
    const isScrolled = scrollY > this.#top();
    this.#shown.forEach((element) => element.remove());
    this.#shown.clear();
    this.#lay();
    if (isScrolled) this.goTo(drawnFirst);
    this.draw();
  }

  #top() {
    return this.frame.getBoundingClientRect().top + scrollY - this.covered();
  }

  #seenPx() {
    const px = Math.max(0, (scrollY - this.#top()) * this.ratio);
    // What is below the list must not scroll its end away.
    return this.ratio === 1 ? px : Math.min(px, this.heightPx - (innerHeight - this.covered()));
  }
}
