// The part of the map on screen: a centre in map units (-1 to 1) and a scale in CSS pixels a unit.

const MARGIN = 0.92;
/** As far as at which few albums are left on the screen. */
const LEAST_MOST_ZOOM = 14;

export class Camera {
  /** For a map of so many albums. */
  constructor(count) {
    this.mostZoom = Math.max(LEAST_MOST_ZOOM, Math.sqrt(count));
    this.width = 1;
    this.height = 1;
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
  }

  get scale() {
    return (Math.min(this.width, this.height) / 2) * MARGIN * this.zoom;
  }

  /** Map units to CSS pixels from the canvas's corner. */
  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 + (y - this.y) * this.scale];
  }

  toMap(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y + (top - this.height / 2) / this.scale];
  }

  pan(dxPx, dyPx) {
    this.lookAt(this.x - dxPx / this.scale, this.y - dyPx / this.scale, this.zoom);
  }

  /** Zoom by a factor; what is under this pixel stays there. */
  zoomAt(factor, left, top) {
    const [x, y] = this.toMap(left, top);
    this.zoom = Math.min(this.mostZoom, Math.max(0.8, this.zoom * factor));
    this.lookAt(x - (left - this.width / 2) / this.scale, y - (top - this.height / 2) / this.scale, this.zoom);
  }

  lookAt(x, y, zoom) {
    this.x = Math.min(1.1, Math.max(-1.1, x));
    this.y = Math.min(1.1, Math.max(-1.1, y));
    this.zoom = Math.min(this.mostZoom, Math.max(0.8, zoom));
  }

  /** Look at all of these points at once. */
  fit(xs, ys) {
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.lookAt((left + right) / 2, (top + bottom) / 2, 1);
    const span = Math.max((right - left) / this.width, (bottom - top) / this.height, 0.02 / Math.min(this.width, this.height));
    this.lookAt(this.x, this.y, Math.min(14, 0.7 / span / this.scale));
  }
}
