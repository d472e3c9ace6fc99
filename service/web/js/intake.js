// A picture dropped or pasted anywhere on the page becomes a search; several go into the queue.

import { h } from "./dom.js";
import { note } from "./notes.js";
import { isPicture } from "./picture-files.js";
import { hrefOf } from "./query.js";
import { enqueue, leftOut } from "./queue.js";
import { within } from "./root.js";
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
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, "Drop a cover to find albums that look like it, or several to add them"));
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
    take([...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.some(isPicture) || elsewhere()) return;
    event.preventDefault();
    take(files);
  });
}

/** One picture is searched with; several are looked up in the queue, as is any on the page of the queue. */
async function take(files) {
  const pictures = files.filter(isPicture);
  const isQueue = within(location.pathname) === "/queue";
  if (!pictures.length) note("That is not a picture. Drop a JPEG, PNG, WebP or another image file.", { bad: true });
  else if (pictures.length === 1 && !isQueue) searchWith(pictures[0]);
  else {
    const left = await enqueue(files);
    if (!isQueue) {
      go("/queue");
      note(`${pictures.length} pictures are looked up. Nothing is added until you say so.`);
    }
    if (left.length) note(leftOut(left), { bad: true });
  }
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
