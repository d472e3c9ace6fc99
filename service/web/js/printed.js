// What an album's covers say, as suggestions: one click makes a line its title or its artist.

import { edit } from "./album-edit.js";
import { ask, isCancelled } from "./api.js";
import { h } from "./dom.js";
import { note } from "./notes.js";

const SHOWN = 24;

/** A panel that stays hidden if the covers say nothing; `onSaved(album)` gets the album with its new name. */
export function printedPanel(album, { signal, onSaved }) {
  const list = h("ul", { class: "printed" });
  const panel = h("details", { class: "panel", hidden: true, open: !(album.title && album.artist) }, h("summary", {}, h("h2", {}, "What the cover says")),
    h("p", { class: "muted small" }, "As it was read, maybe with mistakes."), list);
  const accept = (name, text) => edit(album, { [name]: text }, (now) => { album = now; onSaved(now); }, `The ${name} is now “${text}”.`).catch((error) => note(error.message, { bad: true }));
  const row = ({ text }) => h("li", {}, h("span", {}, text),
    ["title", "artist"].map((name) => h("button", { type: "button", class: "small", "aria-label": `Make “${text}” the ${name}`, onclick: () => accept(name, text) }, name === "title" ? "Title" : "Artist")));
  ask(`/albums/${album.id}/text`, { signal }).then(({ covers }) => {
    const lines = covers.flatMap((one) => one.lines ?? []);
    list.replaceChildren(...lines.slice(0, SHOWN).map(row));
    panel.hidden = !lines.length;
  }).catch((error) => { if (!isCancelled(error)) note(error.message, { bad: true }); });
  return panel;
}
