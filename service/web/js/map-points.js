// The map's albums as flat arrays, and a grid over them that finds the nearest point without going through all.

const CELLS = 192;
const REACH = 1.001;

/** The numbers of which these are the steps from one to the next. */
function summed(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

export class Points {
  constructor({ album_steps: albums, cover_steps: covers, x, y, genre, genres, year, predicted, motif, motifs, missing }) {
    this.count = albums.length;
    this.albums = summed(albums);
    this.covers = summed(covers);
    this.x = Float32Array.from(x);
    this.y = Float32Array.from(y);
    /** 0 if no genre is known, else its place in ``genres`` plus one. */
    this.genre = Uint8Array.from(genre, (one) => Math.min(one + 1, 255));
    this.genres = genres;
    this.predicted = predicted && Uint8Array.from(predicted, (one) => Math.min(one + 1, 255));
    this.motif = motif && Uint8Array.from(motif, (one) => one + 1);
    this.motifs = motifs;
    /** 0 if it is not known. */
    this.year = Uint16Array.from(year);
    this.missing = missing;
    /** What each is coloured by; ``shown`` says which of these are on the map. */
    this.classes = this.genre;
    this.shown = new Uint8Array(256).fill(1);
    this.#fillGrid();
  }

  #first;
  #order;

  cellOf(value) {
    return Math.min(CELLS - 1, Math.max(0, Math.floor(((value + REACH) / (2 * REACH)) * CELLS)));
  }

  #fillGrid() {
    const cells = new Uint32Array(this.count);
    this.#first = new Uint32Array(CELLS * CELLS + 1);
    for (let at = 0; at < this.count; at += 1) {
      cells[at] = this.cellOf(this.y[at]) * CELLS + this.cellOf(this.x[at]);
      this.#first[cells[at] + 1] += 1;
    }
    for (let cell = 0; cell < CELLS * CELLS; cell += 1) this.#first[cell + 1] += this.#first[cell];
    const next = this.#first.slice();
    this.#order = new Uint32Array(this.count);
    for (let at = 0; at < this.count; at += 1) this.#order[next[cells[at]]++] = at;
  }

  /** Every point shown in this rectangle of map units (and a little around it). */
  *within(left, top, right, bottom) {
    for (let row = this.cellOf(top); row <= this.cellOf(bottom); row += 1) {
      const from = this.#first[row * CELLS + this.cellOf(left)];
      const to = this.#first[row * CELLS + this.cellOf(right) + 1];
      for (let place = from; place < to; place += 1) {
        const at = this.#order[place];
        if (this.shown[this.classes[at]]) yield at;
      }
    }
  }

  /** The point nearest to a place, no farther than ``reach`` map units; -1 when there is none. */
  nearest(x, y, reach) {
    let best = -1;
    let least = reach * reach;
    for (const at of this.within(x - reach, y - reach, x + reach, y + reach)) {
      const distance = (this.x[at] - x) ** 2 + (this.y[at] - y) ** 2;
      if (distance <= least) [best, least] = [at, distance];
    }
    return best;
  }
}
