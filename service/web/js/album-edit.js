// Editing an album, and deleting it.

import { ask } from "./api.js";
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
      const saved = Object.keys(json).length ? await ask(`/albums/${album.id}`, { method: "PATCH", json }) : album;
      forgetFacts();
      dialog.close();
      onSaved(saved);
    } catch (error) {
      wrong.replaceChildren(problemLine(error));
    }
  };
  const dialog = opened(h("dialog", { "aria-labelledby": "edit-title" },
    h("form", { onsubmit: save },
      h("h2", { id: "edit-title" }, `Edit ${titleOf(album)}`),
      wrong,
      h("label", {}, "Title", title), h("label", {}, "Artist", artist),
      h("div", { class: "two" }, h("label", {}, "Year", year), h("label", {}, "Genres, separated by commas", genres)),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "primary" }, "Save")))));
}

/** Ask, then delete, then call `onDeleted()`. */
export function openDeletion(album, onDeleted) {
  const id = album.album_id ?? album.id;
  const wrong = h("div");
  const remove = async () => {
    try {
      await ask(`/albums/${id}`, { method: "DELETE" });
      forgetFacts();
      dialog.close();
      note(`${titleOf(album)} was deleted.`);
      onDeleted();
    } catch (error) {
      wrong.replaceChildren(problemLine(error));
    }
  };
  const dialog = opened(h("dialog", { "aria-labelledby": "delete-title" },
    h("div", { class: "stack" },
      h("h2", { id: "delete-title" }, `Delete ${titleOf(album)}?`),
      h("p", {}, "This removes it with its covers and genres from the catalogue, and you cannot undo it. Files in your own folders stay."),
      wrong,
      h("div", { class: "row" },
        h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Keep it"),
        h("button", { type: "button", class: "danger", onclick: remove }, "Delete")))));
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
