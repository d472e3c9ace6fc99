// What can be done with several albums at once.

import { listOf, opened } from "./album-edit.js";
import { ask } from "./api.js";
import { saveCsv } from "./csv.js";
import { h, icon } from "./dom.js";
import { forgetFacts, genres as allGenres } from "./facts.js";
import { LISTS } from "./lists.js";
import { count } from "./naming.js";
import { note, problemLine } from "./notes.js";
import { removeAlbums } from "./pending.js";
import { mark } from "./taste.js";

/** Buttons for the selected albums; `onChanged()` is called when they were changed. */
export function bulkBar(selection, onChanged) {
  const said = h("strong", { role: "status" });
  const bar = h("div", { class: "bulk", hidden: true }, said,
    h("div", { class: "row-wrap" },
      h("button", { type: "button", onclick: () => openBulkEditor(selection.albums, onChanged) }, icon("edit"), "Edit"),
      h("button", { type: "button", onclick: () => selection.albums.forEach((album) => mark(album.id, "like")) }, icon("more"), "Like"),
      h("span", { class: "chips", role: "group", "aria-label": "Lists" }, Object.entries(LISTS).map(([name, label]) =>
        h("button", { type: "button", class: "chip", onclick: () => turn(name, selection.albums, onChanged) }, label))),
      h("button", { type: "button", onclick: () => save(selection.albums) }, icon("save"), "Save as CSV"),
      h("button", { type: "button", class: "danger", onclick: () => {
        removeAlbums(selection.albums, `${count(selection.albums.length, "album")} deleted.`);
        selection.clear();
      } }, icon("bin"), "Delete"),
      h("button", { type: "button", class: "quiet", onclick: () => selection.clear() }, "Clear")));
  const put = () => {
    bar.hidden = !selection.albums.length;
    said.textContent = `${count(selection.albums.length, "album")} selected`;
  };
  return { bar, put };
}

function openBulkEditor(albums, onChanged) {
  const genres = h("input", { name: "genres", maxlength: 500, autocomplete: "off", list: "bulk-genres", placeholder: "as they are" });
  const known = h("datalist", { id: "bulk-genres" });
  allGenres().then((all) => known.append(...all.map((one) => h("option", { value: one.name })))).catch(() => { /* only suggestions */ });
  const how = h("select", { name: "how" }, h("option", { value: "set" }, "in place of their genres"), h("option", { value: "add" }, "in addition to their genres"), h("option", { value: "none" }, "take all genres away"));
  const artist = h("input", { name: "artist", maxlength: 500, autocomplete: "off", placeholder: "as they are" });
  const year = h("input", { name: "year", type: "number", min: 1, max: 9999, placeholder: "as they are" });
  const wrong = h("div");
  const submit = async (event) => {
    event.preventDefault();
    const named = listOf(genres.value);
    const change = (album) => ({
      album_id: album.id,
      ...(how.value === "none" ? { genres: [] } : named.length ? { genres: how.value === "add" ? [...new Set([...album.genres, ...named])] : named } : {}),
      ...(artist.value.trim() ? { artist: artist.value.trim() } : {}),
      ...(year.value ? { year: Number(year.value) } : {}),
    });
    const changes = albums.map(change).filter((one) => Object.keys(one).length > 1);
    try {
      if (changes.length) await changed(changes, albums, onChanged);
      dialog.close();
    } catch (error) {
      wrong.replaceChildren(problemLine(error));
    }
  };
  const dialog = opened(h("dialog", { "aria-labelledby": "bulk-title" },
    h("form", { onsubmit: submit },
      h("h2", { id: "bulk-title" }, `Edit ${count(albums.length, "album")}`), wrong,
      h("div", { class: "two" }, h("label", {}, "Genres, separated by commas", genres), h("label", {}, "How", how)), known,
      h("div", { class: "two" }, h("label", {}, "Artist", artist), h("label", {}, "Year", year)),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "primary" }, "Save")))));
}

/** Make changes that can be undone: `albums` are as they were before. */
export async function changed(changes, albums, onChanged) {
  const before = new Map(albums.map((album) => [album.id, album]));
  const back = changes.map(({ album_id, ...fields }) => ({ album_id, ...Object.fromEntries(Object.keys(fields).map((name) => [name, before.get(album_id)[name]])) }));
  await send(changes, onChanged);
  note(`${count(changes.length, "album")} changed.`, { undo: () => send(back, onChanged).catch(refused) });
}

async function send(changes, onChanged) {
  const { albums: now } = await ask("/albums", { method: "PATCH", json: { changes } });
  forgetFacts();
  onChanged(now);
}

/** Put albums on a list; if all are on it, take them off. */
async function turn(name, albums, onChanged) {
  const isOn = albums.every((album) => album.lists.includes(name));
  const some = albums.filter((album) => album.lists.includes(name) === isOn);
  const say = (value) => send(some.map(({ id }) => ({ album_id: id, lists: { [name]: value } })), onChanged);
  try {
    await say(!isOn);
    // Null leaves it to the tables, as before.
    note(`${count(some.length, "album")} ${isOn ? "taken off" : "put on"} the list “${LISTS[name]}”.`, { undo: () => say(isOn || null).catch(refused) });
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  note(error.message, { bad: true });
}

function save(albums) {
  saveCsv("albums.csv", ["album", "artist", "title", "year", "genres", "file"], albums.map((album) => [album.id, album.artist, album.title, album.year, album.genres.join("; "), album.covers[0]?.file]));
}
