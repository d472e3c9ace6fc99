// What a person decides against what was found: not the same artwork, one album, two albums, a cover that goes.

import { ask } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { forgetFacts } from "./facts.js";
import { titleOf } from "./naming.js";
import { note } from "./notes.js";
import { doLater } from "./pending.js";
import { again, go } from "./router.js";

const LINKED = { same: true, byHand: false };
const NOT_LINKED = { same: false, byHand: false };

/** Buttons on another album that is said to have the artwork of `album`. */
export function artworkActs(album, other) {
  return [
    iconButton("minus", `Not the same artwork: ${titleOf(other)}`, () => decideArtwork(album, other, false, LINKED, again)),
    iconButton("plus", `The same album: ${titleOf(other)}`, () => ask(`/albums/${other.album_id ?? other.id}`).then((whole) => mergeAlbums(album, [whole], again, again)).catch(refused)),
  ];
}

/** A button on an album that is not said to have the artwork of `album`. */
export function likenessActs(album, other) {
  return [iconButton("twins", `The same artwork: ${titleOf(other)}`, () => decideArtwork(album, other, true, NOT_LINKED, again))];
}

/** Say whether two albums have the same artwork; `before` is how they were, {same, byHand}, for an undo. `then()` is called
 * after both. */
export async function decideArtwork(album, other, same, before, then) {
  const path = `/albums/${album.id}/same-artwork/${other.album_id ?? other.id}`;
  const say = (isSame, byHand) => ask(path, { method: isSame ? "PUT" : "DELETE", query: { by_hand: byHand } }).then(then);
  try {
    await say(same, true);
    note(same ? "They count as one artwork from now on." : "They count as different artworks from now on.", { undo: () => say(before.same, before.byHand).catch(refused) });
  } catch (error) {
    refused(error);
  }
}

/** Make `others` one with `album`; `onMerged(album)`, and `onUndone()` when it was taken back. */
export async function mergeAlbums(album, others, onMerged, onUndone) {
  try {
    const merged = await ask(`/albums/${album.id}/merge`, { method: "POST", json: { album_ids: others.map((other) => other.id) } });
    forgetFacts();
    onMerged(merged);
    note("They are one album from now on.", { undo: () => part(others).then(onUndone, refused) });
  } catch (error) {
    refused(error);
  }
}

/** Each of the others is again as it was. */
async function part(others) {
  for (const other of [...others].reverse()) await ask(`/albums/${other.id}/merge/undo`, { method: "POST" });
  forgetFacts();
}

/** Buttons about the cover that is shown, of an album of several; `shown()` is that cover, and `hide(cover, isGoing)` hides
 * what is to be removed, or shows it again. */
export function coverActs(album, shown, hide) {
  return h("div", { class: "row-wrap" },
    h("button", { type: "button", onclick: () => splitOff(album, shown()) }, "Make it another album"),
    h("button", { type: "button", class: "danger", onclick: () => remove(album, shown(), hide) }, icon("bin"), "Remove this cover"));
}

async function splitOff(album, cover) {
  try {
    const made = await ask(`/albums/${album.id}/split`, { method: "POST", json: { cover_ids: [cover.id] } });
    forgetFacts();
    note("It is an album of its own from now on.", { undo: () => ask(`/albums/${made.id}/split/undo`, { method: "POST" }).then(() => go(`/album/${album.id}`)).catch(refused) });
    go(`/album/${made.id}`);
  } catch (error) {
    refused(error);
  }
}

function remove(album, cover, hide) {
  hide(cover, true);
  doLater(`The ${cover.side} of ${titleOf(album)} was removed.`, { path: `/albums/${album.id}/covers/${cover.id}`, method: "DELETE" }, { onDone: again, onUndo: () => hide(cover, false) });
}

function refused(error) {
  note(error.message, { bad: true });
}
