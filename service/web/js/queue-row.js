// A picture of the queue as a row: what it shows, what it will be called, and what can be done with it.

import { cover } from "./cover.js";
import { h, icon, iconButton, prose } from "./dom.js";
import { listOf } from "./album-edit.js";
import { fullName, lineOf, nameOf, percent } from "./naming.js";
import { note, sentence } from "./notes.js";
import { ACCEPTED } from "./picture-files.js";
import { add, correct, drop, offer, retry, setBack, setField, skip, takeBack } from "./queue.js";

/** The element of a row; Enter does what is likeliest, "s" skips it, "r" takes the other album, "n" says that it is none. */
export function queueRow(row) {
  const acts = actsOf(row);
  const others = isOpen(row) ? othersOf(row) : [];
  const none = row.shows && isOpen(row) && h("button", { type: "button", class: "small", onclick: () => correct(row, null) }, "It is not this album");
  return h("li", { class: `queue-row ${row.state}`, tabindex: 0, "aria-label": `${row.name}: ${saidOf(row)}`, onkeydown: (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && acts[0]) acts[0].click();
    else if (event.key === "s" && isOpen(row)) skip(row);
    else if (event.key === "r" && others.length) correct(row, others[0]);
    else if (event.key === "n" && none) none.click();
    else return;
    event.preventDefault();
  } },
    h("span", { class: "cover" }, h("img", { src: row.url, alt: "", width: 72, height: 72, class: "there" })),
    h("div", { class: "stack what" },
      h("div", { class: "row-wrap" }, h("strong", { class: "name" }, row.name), h("span", { class: `chip state-${row.state}` }, LABELS[row.state])),
      shown(row), isOpen(row) && h("div", { class: "row-wrap" }, none, others.map((album) => otherAlbum(row, album)), finder(row)), isOpen(row) && row.state !== "found" && fieldsOf(row)),
    h("div", { class: "row-wrap acts-of-row" }, acts));
}

const LABELS = { waiting: "waiting", asked: "looking …", failed: "failed", found: "found", pressing: "pressing of", new: "new", added: "added", skipped: "skipped" };

function isOpen({ state }) {
  return ["found", "pressing", "new"].includes(state);
}

function saidOf(row) {
  return row.state === "failed" ? `failed, ${row.problem}` : row.shows ? `${LABELS[row.state]} ${fullName(row.shows)}` : LABELS[row.state];
}

function shown(row) {
  if (row.state === "failed") return h("p", { class: "bad-text" }, prose(sentence(row.problem)));
  if (row.state === "added") return h("p", {}, row.album.added_covers.length ? "Added as " : "It was there already: ", albumLink(row.album, row.album.id));
  if (!isOpen(row)) return null;
  if (!row.shows) return looksLike(row);
  return h("div", { class: "shows" }, cover(row.shows.content_hash, { shownPx: 48 }),
    h("div", {}, row.state === "found" ? "This is " : "Another pressing of ", albumLink(row.shows, row.shows.album_id), h("div", { class: "muted small" }, [lineOf(row.shows), row.shows.genres.join(", ")].filter(Boolean).join(" · ")), h("div", { class: "muted small" }, evidenceOf(row))));
}

/** That no cover is recognised in a picture, but one is as near as copies are, or says the same. */
function looksLike({ verdict, corrected }) {
  if (!verdict?.alike || corrected) return null;
  const words = verdict.words.length ? `, both say something like “${verdict.words.join(" ")}”` : "";
  return h("p", { class: "muted small" }, `Looks like ${fullName(verdict.alike)}, but its cover is not recognised (similarity ${verdict.alike.similarity.toFixed(2)}${words})`);
}

/** The albums that a row may show instead, the likeliest first. */
function othersOf({ verdict, shows, offered }) {
  const all = [...offered, verdict?.album, verdict?.alike, verdict?.runner_up].filter((album) => album && album.album_id !== shows?.album_id);
  return all.filter((album, at) => all.findIndex((one) => one.album_id === album.album_id) === at);
}

/** A field that finds the album which a row shows by words. */
function finder(row) {
  const find = (event) => {
    if (event.key !== "Enter" || !event.target.value.trim()) return;
    event.preventDefault();
    offer(row, event.target.value).catch((error) => note(error.message, { bad: true }));
  };
  return h("input", { type: "search", class: "find-album", placeholder: "It is another album …", "aria-label": `Find the album that ${row.name} shows`, maxlength: 200, autocomplete: "off", onkeydown: find });
}

function otherAlbum(row, album) {
  return h("button", { type: "button", class: "small other-album", title: album.similarity === undefined ? null : `Similarity ${album.similarity.toFixed(2)}`, onclick: () => correct(row, album) },
    cover(album.content_hash, { shownPx: 32 }), "It is ", nameOf(album, "span", "title"), album.artist && ` by ${album.artist}`);
}

/** Why a row is said to show its album. */
function evidenceOf({ verdict, corrected, shows }) {
  if (corrected) return "You said so";
  if (verdict.barcode) return `its barcode is in the picture: ${verdict.barcode}`;
  const parts = [verdict.points > 0 ? `${verdict.points} points match` : "the same picture", `${percent(verdict.cells)} of its parts agree`, `similarity ${shows.similarity.toFixed(2)}`];
  return [...parts, verdict.words.length && `both say something like “${verdict.words.join(" ")}”`].filter(Boolean).join(", ");
}

function albumLink(album, id) {
  return h("a", { href: `/album/${id}` }, nameOf({ ...album, id }, "span", "title"));
}

function fieldsOf(row) {
  const keep = (name) => (event) => setField(row, name, event.target.value.trim());
  const field = (name, label, props = {}) => h("input", { name, value: row.fields[name] ?? "", "aria-label": `${label} of ${row.name}`, placeholder: label, maxlength: 500, autocomplete: "off", oninput: keep(name), ...props });
  const genres = h("input", { name: "genres", value: (row.fields.genres ?? []).join(", "), list: "queue-genres", "aria-label": `Genres of ${row.name}`, placeholder: "Genres", maxlength: 500, autocomplete: "off", oninput: (event) => setField(row, "genres", listOf(event.target.value)) });
  const back = h("input", { type: "file", accept: ACCEPTED, hidden: true, "aria-label": `Back cover of ${row.name}`, onchange: () => { setBack(row, back.files[0] ?? null); backButton.classList.toggle("on", row.back !== null); } });
  const backButton = h("button", { type: "button", class: `small${row.back ? " on" : ""}`, onclick: () => back.click() }, "Back cover …");
  return h("div", { class: "queue-fields" }, field("artist", "Artist"), field("title", "Title"), field("year", "Year", { type: "number", min: 1, max: 9999 }),
    h("div", { class: "genre-field" }, genres, row.guess && h("span", { class: "muted small" }, `${row.guess.genre}: ${percent(row.guess.probability)} likely`)), back, backButton);
}

/** The first one is what Enter does. */
function actsOf(row) {
  const button = (text, act, kind = "") => h("button", { type: "button", class: kind, onclick: act }, text);
  const remove = iconButton("close", `Take ${row.name} out of the queue`, () => drop([row]), { class: "quiet" });
  if (row.state === "failed") return [!row.isHopeless && button("Try again", () => retry(row)), remove].filter(Boolean);
  if (row.state === "found") return [button("It is there: done", () => skip(row), "primary"), button("Add it all the same", () => add(row))];
  if (row.state === "pressing") return [button("Add this pressing", () => add(row), "primary"), button("Skip", () => skip(row))];
  if (row.state === "new") return [button("Add", () => add(row), "primary"), button("Skip", () => skip(row))];
  if (row.state === "added" && row.album.added_covers.length) return [button("Undo", () => takeBack(row).catch((error) => note(error.message, { bad: true }))), remove];
  if (row.state === "skipped") return [button("Undo", () => retry(row)), remove];
  return [row.state === "added" ? remove : icon("dots")];
}
