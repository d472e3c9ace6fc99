// Two covers at one place, so that what differs leaps to the eye: one wiped over the other, both in turns, or what is left
// of one without the other.

import { imageUrl } from "./api.js";
import { h } from "./dom.js";

const SHOWN_PX = 1536;
const BLINK_MS = 600;
const CLASSES = { Slide: "slide", Blink: "blink", Difference: "only" };

/** The element; `one` and `other` are {hash, name}; `signal` ends it. */
export function difference(one, other, signal) {
  const images = [one, other].map(({ hash, name }) => h("img", { src: imageUrl(hash, SHOWN_PX), alt: name }));
  const edge = h("span", { class: "edge", "aria-hidden": "true" });
  const stage = h("div", { class: "difference" }, images, edge);
  const slider = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": "How much of the first cover is seen", oninput: () => wipe() });
  let timer = 0;
  const wipe = () => {
    images[1].style.clipPath = `inset(0 0 0 ${slider.value}%)`;
    edge.style.left = `${slider.value}%`;
  };
  const turn = () => stage.classList.toggle("turned");
  const modes = {
    Slide: () => wipe(),
    Blink: () => { if (!matchMedia("(prefers-reduced-motion: reduce)").matches) timer = setInterval(turn, BLINK_MS); },
    Difference: () => {},
  };
  const buttons = Object.keys(modes).map((name) => h("button", { type: "button", class: "chip", onclick: () => put(name) }, name));
  function put(name) {
    clearInterval(timer);
    stage.className = `difference ${CLASSES[name]}`;
    images[1].style.clipPath = "";
    slider.hidden = name !== "Slide";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === name));
    modes[name]();
  }
  const follow = (event) => {
    if (slider.hidden || !event.buttons) return;
    const box = stage.getBoundingClientRect();
    slider.value = (100 * (event.clientX - box.left)) / box.width;
    wipe();
  };
  stage.addEventListener("pointerdown", (event) => { event.preventDefault(); follow(event); if (stage.classList.contains("blink")) turn(); });
  stage.addEventListener("pointermove", follow);
  signal.addEventListener("abort", () => clearInterval(timer));
  put("Slide");
  return h("div", { class: "stack" }, h("div", { class: "chips", role: "group", "aria-label": "How to compare" }, buttons), stage, slider);
}
