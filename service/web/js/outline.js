// A person's picture with the outline of the sleeve in it, which four handles move.

import { h } from "./dom.js";

const WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]];
const NAMES = ["Upper left", "Upper right", "Lower right", "Lower left"];
const STEP = 0.01;
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** The picture of a file; `corners` as parts of its sides, null for all of it. `onAsked(corners)` asks again with moved ones. */
export function outlineEditor(file, corners, { alt, signal, onAsked }) {
  const address = URL.createObjectURL(file);
  signal.addEventListener("abort", () => URL.revokeObjectURL(address));
  const now = (corners ?? WHOLE).map((corner) => [...corner]);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  svg.setAttribute("class", "outlines");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(shape);
  const again = h("button", { type: "button", class: "small", hidden: true, onclick: () => onAsked(now) }, "Search with this outline");
  const handles = NAMES.map((name, place) => handle(name, (x, y) => { now[place] = [x, y].map((part) => Math.min(1, Math.max(0, part))); again.hidden = false; draw(); }, () => now[place]));
  const frame = h("div", { class: "outlined" }, h("img", { src: address, alt }), svg, handles);

  function draw() {
    shape.setAttribute("points", now.map((corner) => corner.join(",")).join(" "));
    handles.forEach((one, place) => {
      one.style.left = `${100 * now[place][0]}%`;
      one.style.top = `${100 * now[place][1]}%`;
    });
  }
  draw();
  return h("div", { class: "stack" }, frame, again);
}

function handle(name, moveTo, place) {
  return h("button", {
    type: "button", class: "handle", "aria-label": `${name} corner of the sleeve: move with the arrow keys`,
    onpointerdown: (event) => { event.preventDefault(); event.currentTarget.focus(); event.currentTarget.setPointerCapture(event.pointerId); },
    onpointermove: (event) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const box = event.currentTarget.parentElement.getBoundingClientRect();
      moveTo((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    },
    onkeydown: (event) => {
      const by = KEYS[event.key];
      if (!by) return;
      event.preventDefault();
      const [x, y] = place();
      moveTo(x + by[0], y + by[1]);
    },
  });
}
