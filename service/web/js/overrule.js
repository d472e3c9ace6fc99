// What a person decides against what was found: not the same artwork, one album, two albums, a cover that goes.

import { opened } from "./album-edit.js";
import { ask } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { titleOf } from "./naming.js";
import { note, problemLine } from "./notes.js";
import { again, go } from "./router.js";

/** Buttons on another album that is said to have the artwork of `album`. */
export function artworkActs(album, other) {
  const id = other.album_id ?? other.id;
  return [
    iconButton("minus", `Not the same artwork: ${titleOf(other)}`, () => decided(ask(`/albums/${album.id}/same-artwork/${id}`, { method: "DELETE" }), "They count as different artworks from now on.", again, () => sameArtwork(album, id))),
    iconButton("plus", `The same album: ${titleOf(other)}`, () => decided(ask(`/albums/${album.id}/merge`, { method: "POST", json: { album_ids: [id] } }), "They are one album from now on.", again)),
  ];
}

function sameArtwork(album, id) {
  decided(ask(`/albums/${album.id}/same-artwork/${id}`, { method: "PUT" }), "They count as one artwork from now on.", again);
}

/** A button on an album that is not said to have the artwork of `album`. */
export function likenessActs(album, other) {
  return [iconButton("twins", `The same artwork: ${titleOf(other)}`, () => sameArtwork(album, other.album_id ?? other.id))];
}

/** Buttons about the cover that is shown, of an album of several; `shown()` is that cover. */
export function coverActs(album, shown) {
  return h("div", { class: "row-wrap" },
    h("button", { type: "button", onclick: () => decided(ask(`/albums/${album.id}/split`, { method: "POST", json: { cover_ids: [shown().id] } }), "It is an album of its own from now on.", (made) => go(`/album/${made.id}`)) }, "Make it another album"),
    h("button", { type: "button", class: "danger", onclick: () => openRemoval(album, shown()) }, icon("bin"), "Remove this cover"));
}

function openRemoval(album, cover) {
  const wrong = h("div");
  const remove = async () => {
    try {
      await ask(`/albums/${album.id}/covers/${cover.id}`, { method: "DELETE" });
      dialog.close();
      note("The cover was removed.");
      again();
    } catch (error) {
      wrong.replaceChildren(problemLine(error));
    }
  };
  const dialog = opened(h("dialog", { "aria-labelledby": "remove-title" },
    h("div", { class: "stack" },
      h("h2", { id: "remove-title" }, `Remove the ${cover.side} of ${titleOf(album)}?`),
      h("p", {}, "The album stays with its other covers. A file in your own folders stays, and is left out when you add them again; \u201csleeve add --again\u201d brings it back."),
      wrong,
      h("div", { class: "row" },
        h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Keep it"),
        h("button", { type: "button", class: "danger", onclick: remove }, "Remove")))));
}

async function decided(request, said, then, undo = null) {
  try {
    const answer = await request;
    note(said, { undo });
    then(answer);
  } catch (error) {
    note(error.message, { bad: true });
  }
}
