// A picture dropped or pasted anywhere on the page becomes a search.

import { h } from "./dom.js";
import { note } from "./notes.js";
import { isPicture } from "./picture-files.js";
import { hrefOf } from "./query.js";
import { go } from "./router.js";
import { keep } from "./uploads.js";

/** Search with this picture, under these filters. */
export async function searchWith(file, filters = {}) {
  try {
    await go(hrefOf({ ...filters, upload: await keep(file) }));
  } catch (error) {
    note(error.message, { bad: true });
  }
}

export function installIntake() {
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, "Drop a cover to find albums that look like it"));
  document.body.append(veil);
  const elsewhere = () => document.querySelector("dialog[open]") !== null;
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0 || elsewhere();
  };
  addEventListener("dragenter", (event) => { if (hasFiles(event)) over(1); });
  addEventListener("dragleave", (event) => { if (hasFiles(event)) over(-1); });
  addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    over(-depth);
    if (!hasFiles(event) || elsewhere()) return;
    event.preventDefault();
    const file = [...event.dataTransfer.files].find(isPicture);
    if (file) searchWith(file);
    else note("That is not a picture. Drop a JPEG, PNG, WebP or another image file.", { bad: true });
  });
  addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(isPicture);
    if (!file || elsewhere()) return;
    event.preventDefault();
    searchWith(file);
  });
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
