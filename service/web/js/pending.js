// What is done only when the time to undo it has run out: removals. It is done at once if the page is left.

import { ask, isCancelled } from "./api.js";
import { forgetFacts } from "./facts.js";
import { note } from "./notes.js";

const UNDO_MS = 8000;

const waiting = new Set();
const going = new Set();

/** Albums that are about to be removed, or were: no other album ever gets their ids. */
export function isGoing(id) {
  return going.has(id);
}

/** Remove albums when there was time to undo it; `onUndo()` if it was undone or refused. Cards hear "albumschange", the
 * catalogue "cataloguechange" when it is done. */
export function removeAlbums(albums, said, { onUndo = () => {} } = {}) {
  const ids = albums.map((album) => album.album_id ?? album.id);
  ids.forEach((id) => going.add(id));
  announce();
  const back = () => { ids.forEach((id) => going.delete(id)); announce(); onUndo(); };
  const request = ids.length === 1 ? { path: `/albums/${ids[0]}`, method: "DELETE" } : { path: "/albums/remove", method: "POST", json: { album_ids: ids } };
  doLater(said, request, { onDone: () => dispatchEvent(new Event("cataloguechange")), onUndo: back });
}

/** Say that something was done, and do it when there was time to undo it. */
export function doLater(said, { path, ...request }, { onDone = () => {}, onUndo = () => {} } = {}) {
  const job = async (keepalive = false) => {
    if (!waiting.delete(job)) return;
    try {
      await ask(path, { ...request, keepalive });
      forgetFacts();
      onDone();
    } catch (error) {
      if (isCancelled(error)) return;
      note(error.message, { bad: true });
      onUndo();
    }
  };
  waiting.add(job);
  note(said, { shownMs: UNDO_MS, undo: () => { if (waiting.delete(job)) onUndo(); }, onGone: () => job() });
}

export function installPending() {
  addEventListener("pagehide", () => waiting.forEach((job) => job(true)));
  addEventListener("albumschange", () => document.querySelectorAll(".card[data-album]").forEach((card) => card.classList.toggle("going", isGoing(Number(card.dataset.album)))));
}

function announce() {
  dispatchEvent(new Event("albumschange"));
}
