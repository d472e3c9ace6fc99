// The lists that an album is on: owned, wanted, for sale. Tables say so, or a person.

import { ask } from "./api.js";
import { h } from "./dom.js";
import { forgetFacts } from "./facts.js";
import { titleOf } from "./naming.js";
import { note } from "./notes.js";
import { releaseLink } from "./outside-links.js";

export const LISTS = { owned: "Owned", wanted: "Wanted", "for-sale": "For sale" };

/** What a card says of an album's lists; nothing if it is on none. */
export function listTags(album) {
  return album.lists?.length ? h("span", { class: "tag lists" }, album.lists.map((name) => LISTS[name]).join(" · ")) : null;
}

/** Buttons that put an album on lists and take it off; `onSaved(album)` gets what is another. */
export function listMarks(album, onSaved) {
  const send = async (lists, marks) => {
    const { lists: now } = await ask(`/albums/${album.id}`, { method: "PATCH", json: { lists } });
    forgetFacts();
    onSaved({ lists: now, marks });
  };
  const turn = async (name, isOn) => {
    const before = album.marks;
    try {
      await send({ [name]: !isOn }, { ...before, [name]: !isOn });
      note(`${titleOf(album)} is ${isOn ? "no longer" : "now"} on the list “${LISTS[name]}”.`, {
        undo: () => send({ [name]: before[name] ?? null }, before).catch((error) => note(error.message, { bad: true })),
      });
    } catch (error) {
      note(error.message, { bad: true });
    }
  };
  return h("div", { class: "row-wrap", role: "group", "aria-label": "Lists" }, Object.entries(LISTS).map(([name, label]) => {
    const isOn = album.lists.includes(name);
    return h("button", { type: "button", class: "chip", "aria-pressed": String(isOn), onclick: () => turn(name, isOn) }, label);
  }));
}

/** The pressings that lists have of an album. */
export function pressingsTable(album) {
  if (!album.entries.length) return null;
  const columns = [["Label", "label"], ["Catalogue no.", "catalogue_number"], ["Format", "format"], ["Year", "year"], ["Record", "media_condition"], ["Sleeve", "sleeve_condition"]]
    .filter(([, field]) => album.entries.some((entry) => entry[field]));
  const row = (entry) => h("tr", {}, columns.map(([, field]) => h("td", {}, entry[field] ?? "")),
    h("td", {}, LISTS[entry.list] ?? ""),
    h("td", {}, entry.release_id && releaseLink(entry.release_id)));
  return h("details", { class: "panel pressings", open: true }, h("summary", {}, h("h2", {}, "In your lists")),
    h("div", { class: "table" }, h("table", {}, h("thead", {}, h("tr", {}, [...columns.map(([name]) => name), "List", "Link"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, album.entries.map(row)))));
}
