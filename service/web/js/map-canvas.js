// The points in WebGL: places and genres are sent to the GPU once; moving the map changes four numbers. If they take
// long to draw (software instead of a GPU), only an even part of them is drawn while the map moves, and not finer than
// CSS pixels.

const MOST_COLOURS = 64;
const MOVING_MS = 20;
const LEAST_MOVING = 3000;
const ASKED_RING = [0.85, 0.25, 0.12, 1];

const VERTEX = `#version 300 es
in vec2 place;
in float genre;
uniform vec2 centre;
uniform vec2 stretch;
uniform float size;
uniform vec4 colours[${MOST_COLOURS}];
uniform vec4 override_colour;
out vec4 colour;
void main() {
  vec2 seen = (place - centre) * stretch;
  vec4 own = colours[int(min(genre, ${MOST_COLOURS - 1}.0))];
  gl_Position = vec4(seen.x, -seen.y, 0.0, 1.0);
  gl_PointSize = own.a > 0.0 ? size : 0.0;
  if (own.a == 0.0) gl_Position = vec4(2.0, 2.0, 0.0, 1.0);
  colour = override_colour.a > 0.0 ? override_colour : own;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 colour;
out vec4 painted;
void main() {
  float edge = length(gl_PointCoord - 0.5) * 2.0;
  float inside = 1.0 - smoothstep(0.8, 1.0, edge);
  painted = vec4(colour.rgb, 1.0) * colour.a * inside;
}`;

export class MapCanvas {
  /** Throws if there is no WebGL. */
  constructor(canvas, points) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
    if (!this.gl) throw new Error("This browser has no WebGL 2, which the map is drawn with.");
    const { gl } = this;
    this.program = linked(gl);
    gl.useProgram(this.program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.at = Object.fromEntries(["centre", "stretch", "size", "colours", "override_colour"].map((name) => [name, gl.getUniformLocation(this.program, name)]));
    this.everyone = this.#buffers(points, mixed(points.count));
    this.lit = null;
    this.asked = null;
    this.indices = [[], []];
    this.points = points;
    this.allMs = null;
  }

  /** Points to show larger, with a ring, above the others; the ring of `asked` is of another colour. */
  light(indices, asked) {
    this.indices = [indices, asked];
    this.lit = indices.length ? this.#buffers(this.points, indices) : null;
    this.asked = asked.length ? this.#buffers(this.points, asked) : null;
  }

  /** The points are of other classes from now on. */
  classify() {
    this.everyone = this.#buffers(this.points, mixed(this.points.count));
    this.light(...this.indices);
  }

  /** All points; while ``moving`` only as many as are drawn in time. */
  draw(camera, colours, ring, ratio, { moving = false } = {}) {
    const all = () => this.#paint(camera, colours, ring, ratio, this.points.count);
    if (moving && this.allMs > MOVING_MS) return this.#paint(camera, colours, ring, Math.min(1, ratio), this.#countInTime());
    if (moving && this.allMs !== null) return all();
    // The first draw compiles the shaders, which would count as slow.
    if (this.allMs === null) all();
    const began = performance.now();
    all();
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits for the picture
    this.allMs = performance.now() - began;
  }

  #countInTime() {
    const { count } = this.points;
    return Math.min(count, Math.max(LEAST_MOVING, Math.round((MOVING_MS / this.allMs) * count)));
  }

  #paint(camera, colours, ring, ratio, shown) {
    const { gl, at } = this;
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at.centre, camera.x, camera.y);
    gl.uniform2f(at.stretch, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    const sizePx = Math.min(13, pointSizePx(shown) * Math.sqrt(camera.zoom));
    this.canvas.dataset.drawn = String(shown);
    this.#pass({ ...this.everyone, count: shown }, colours, [0, 0, 0, 0], sizePx * ratio, this.lit ? 0.28 : 0.85);
    if (!this.lit) return;
    const litPx = Math.max(9, sizePx * 1.5);
    this.#pass(this.lit, colours, ring, (litPx + 5) * ratio, 1);
    this.#pass(this.lit, colours, [0, 0, 0, 0], litPx * ratio, 1);
    if (!this.asked) return;
    this.#pass(this.asked, colours, ASKED_RING, (litPx + 12) * ratio, 1);
    this.#pass(this.asked, colours, [0, 0, 0, 0], (litPx + 2) * ratio, 1);
  }

  forget() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #pass({ array, count }, colours, override, size, alpha) {
    const { gl, at } = this;
    const sent = new Float32Array(MOST_COLOURS * 4);
    colours.slice(0, MOST_COLOURS).forEach(([red, green, blue, shown], place) => sent.set([red, green, blue, shown ? alpha : 0], place * 4));
    gl.uniform4fv(at.colours, sent);
    gl.uniform4fv(at.override_colour, override);
    gl.uniform1f(at.size, size);
    gl.bindVertexArray(array);
    gl.drawArrays(gl.POINTS, 0, count);
  }

  #buffers(points, order) {
    const { gl } = this;
    const places = new Float32Array(order.length * 2);
    const genres = new Uint8Array(order.length);
    order.forEach((at, place) => {
      places[place * 2] = points.x[at];
      places[place * 2 + 1] = points.y[at];
      genres[place] = points.classes[at];
    });
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    this.#attribute("place", places, 2, gl.FLOAT);
    this.#attribute("genre", genres, 1, gl.UNSIGNED_BYTE);
    return { array, count: order.length };
  }

  #attribute(name, data, size, type) {
    const { gl } = this;
    const location = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, type, false, 0, 0);
  }
}

/** The numbers below ``count``, always in the same mixed order, so that the first of them are an even part of all. */
function mixed(count) {
  const order = Uint32Array.from({ length: count }, (_, place) => place);
  let state = 1;
  for (let last = count - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

function pointSizePx(count) {
  return Math.max(2.2, Math.min(8, 400 / Math.sqrt(count)));
}

function linked(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`The map cannot be drawn: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`The map cannot be drawn: ${gl.getProgramInfoLog(program)}`);
  return program;
}
