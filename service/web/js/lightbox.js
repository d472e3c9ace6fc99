// A cover as large as the screen.

import { imageUrl } from "./api.js";
import { h, iconButton } from "./dom.js";

const SHOWN_PX = 2048;

/** Show the covers of an album, `at` first; `name(cover)` is what each shows. */
export function openLightbox(covers, at, name) {
  const image = h("img", { alt: "", onload: () => { size.textContent = `${image.naturalWidth} × ${image.naturalHeight} pixels`; } });
  const said = h("span", {});
  const size = h("span", { class: "num" });
  const put = (place) => {
    at = (place + covers.length) % covers.length;
    image.src = imageUrl(covers[at].content_hash, SHOWN_PX);
    image.alt = name(covers[at]);
    said.textContent = covers[at].file;
    size.textContent = "";
  };
  const dialog = h("dialog", { class: "lightbox", "aria-label": "The cover in full size", onclose: () => dialog.remove(), onclick: (event) => { if (event.target === dialog || event.target === image) dialog.close(); }, onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && covers.length > 1) put(at + step);
  } },
    image,
    h("div", { class: "spread" }, h("span", { class: "small row-wrap" }, said, size),
      h("div", { class: "row-wrap" }, covers.length > 1 && iconButton("left", "The cover before", () => put(at - 1)), covers.length > 1 && iconButton("right", "The next cover", () => put(at + 1)), iconButton("close", "Close", () => dialog.close()))));
  put(at);
  document.body.append(dialog);
  dialog.showModal();
}
