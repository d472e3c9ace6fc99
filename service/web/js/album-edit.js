// Editing an album.

import { ask } from "./api.js";
import { cover, faceOf } from "./cover.js";
import { h } from "./dom.js";
import { forgetFacts } from "./facts.js";
import { titleOf } from "./naming.js";
import { note, problemLine } from "./notes.js";

/** A dialog with the album's data; `onSaved(album)` gets it as it was saved. */
export function openEditor(album, onSaved) {
  const field = (name, value, props = {}) => h("input", { name, value: value ?? "", maxlength: 500, autocomplete: "off", ...props });
  const title = field("title", album.title);
  const artist = field("artist", album.artist);
  const year = field("year", album.year, { type: "number", min: 1, max: 9999 });
  const genres = field("genres", album.genres.join(", "));
  const wrong = h("div");
  const save = async (event) => {
    event.preventDefault();
    const json = changed(album, {
      title: title.value.trim() || null,
      artist: artist.value.trim() || null,
      year: year.value ? Number(year.value) : null,
      genres: listOf(genres.value),
    });
    try {
      if (Object.keys(json).length) await edit(album, json, onSaved);
      dialog.close();
    } catch (error) {
      wrong.replaceChildren(problemLine(error));
    }
  };
  const face = faceOf(album);
  const dialog = opened(h("dialog", { "aria-labelledby": "edit-title" },
    h("form", { onsubmit: save },
      h("div", { class: "edit-head" }, face && cover(face, { shownPx: 96 }), h("h2", { id: "edit-title" }, `Edit ${titleOf(album)}`)),
      wrong,
      h("label", {}, "Title", title), h("label", {}, "Artist", artist),
      h("div", { class: "two" }, h("label", {}, "Year", year), h("label", {}, "Genres, separated by commas", genres)),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "primary" }, "Save")))));
}

/** Change an album, so that it can be undone; `onSaved(album)` is called with each. */
export async function edit(album, json, onSaved, said = "Saved.") {
  const send = async (some) => {
    const saved = await ask(`/albums/${album.id}`, { method: "PATCH", json: some });
    forgetFacts();
    onSaved(saved);
  };
  const before = Object.fromEntries(Object.keys(json).map((name) => [name, album[name]]));
  await send(json);
  note(said, { undo: () => send(before).catch((error) => note(error.message, { bad: true })) });
}

/** A dialog that is gone from the page when it closes. */
export function opened(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function listOf(text) {
  return text.split(",").map((part) => part.trim()).filter(Boolean);
}

function changed(album, wanted) {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(album[name])));
}
