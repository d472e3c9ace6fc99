// The genres predicted for a cover, one bar each; behind "Why?" the neighbours, the head and the words that spoke. And correcting them.

import { ask, isCancelled } from "./api.js";
import { h, icon } from "./dom.js";
import { forgetFacts, genres as allGenres } from "./facts.js";
import { percent } from "./naming.js";
import { note, problemLine } from "./notes.js";
import { why } from "./why.js";

const SHOWN = 4;
const LEAST = 0.005;

/** A panel about an album (`albumId`, the content hash of its cover `face`) or a picture (`file`, with the `outline` that a person gave it); `onCorrected(album)` gets the album with its genre corrected. */
export function opinionPanel({ albumId = null, face = null, file = null, outline = null, genres = [], signal, onCorrected = () => {} }) {
  const body = h("div", { class: "stack" }, h("div", { class: "wait" }, h("div", { class: "bone" }), h("div", { class: "bone" }), h("div", { class: "bone" })));
  const answer = h("span", { class: "answer" });
  const panel = h("details", { class: "panel why", open: !matchMedia("(max-width: 980px)").matches }, h("summary", {}, h("h2", {}, "Genre"), answer), body);
  const load = async () => {
    try {
      const found = await classified(albumId, file, outline, signal);
      const [best] = found.genres;
      answer.textContent = !best ? "unknown" : found.unsure ? "unsure" : `${best.genre}, ${percent(best.probability)}`;
      body.replaceChildren(...parts(found, { albumId, face, file, signal, genres, correct }));
    } catch (error) {
      if (!isCancelled(error)) body.replaceChildren(problemLine(error, load));
    }
  };
  const correct = async (wanted) => {
    try {
      const before = genres;
      const album = await ask(`/albums/${albumId}`, { method: "PATCH", json: { genres: wanted } });
      forgetFacts();
      genres = album.genres;
      note(genres.length ? `Genre set to ${genres.join(", ")}. It counts from the next search on.` : "The genre was taken back.", { undo: () => correct(before) });
      if (signal.aborted) return;
      onCorrected(album);
      await load();
    } catch (error) {
      note(error.message, { bad: true });
    }
  };
  load();
  return panel;
}

function classified(albumId, file, outline, signal) {
  if (albumId) return ask("/classify", { method: "POST", json: { album_id: albumId }, signal });
  const form = new FormData();
  form.append("image", file, file.name);
  return ask("/classify", { method: "POST", query: { outline }, form, signal });
}

function parts(answer, { albumId, face, file, signal, genres, correct }) {
  const likely = answer.genres.filter((one, place) => place === 0 || one.probability >= LEAST || genres.includes(one.genre));
  const rows = likely.map((one) => opinion(one, albumId && { is: genres.includes(one.genre), has: genres, correct }));
  const rest = rows.slice(SHOWN);
  return [
    answer.unsure && h("p", { class: "unsure" }, h("strong", {}, "Unsure."), " No genre is likely enough; take these as guesses."),
    h("div", {}, rows.slice(0, SHOWN), rest.length > 0 && h("details", { class: "rest" }, h("summary", { class: "small" }, `${rest.length} less likely`), rest)),
    albumId && otherGenre(genres, correct),
    why(answer, { face, file, signal }),
  ].filter(Boolean);
}

function opinion({ genre, probability }, album) {
  const fill = h("i");
  fill.style.width = percent(Math.max(0, Math.min(1, probability))).replace(" ", "");
  return h("div", { class: "opinion" },
    h("span", { class: "which" }, genre),
    h("span", { class: "num small" }, percent(probability)),
    album ? setButton(genre, album) : h("span"),
    h("div", { class: "bar", "aria-hidden": "true" }, fill));
}

function setButton(genre, { is, has, correct }) {
  if (is) return h("button", { type: "button", class: "set on", "aria-pressed": "true", title: `Take ${genre} away`, "aria-label": `Take ${genre} away`, onclick: () => correct(has.filter((one) => one !== genre)) }, icon("check"));
  return h("button", { type: "button", class: "set", "aria-label": `Set the genre to ${genre}`, title: `Set the genre to ${genre}${has.length ? ` in place of ${has.join(", ")}` : ""}`, onclick: () => correct([genre]) }, "Set");
}

/** A genre that is not in the list; one that the catalogue does not know yet is asked about. */
function otherGenre(genres, correct) {
  let known = [];
  const field = h("input", { name: "genre", list: "known-genres", placeholder: "Another genre", "aria-label": "Another genre", maxlength: 500, autocomplete: "off", required: true, oninput: () => { asked.hidden = true; } });
  const names = h("datalist", { id: "known-genres" });
  allGenres().then((all) => { known = all.map((one) => one.name); names.append(...known.map((name) => h("option", { value: name }))); }).catch(() => { /* only suggestions */ });
  const asked = h("p", { class: "small", hidden: true, role: "status" });
  const name = () => field.value.trim().toLowerCase();
  const put = (wanted) => {
    if (!known.length || known.includes(name()) || !asked.hidden) return correct(wanted);
    asked.replaceChildren(`No album is ${name()} yet. Press again to make it a new genre.`);
    asked.hidden = false;
    return undefined;
  };
  return h("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); put([name()]); } },
    h("div", { class: "other-genre" }, field, h("button", {}, "Set"), genres.length > 0 && h("button", { type: "button", onclick: () => { if (name()) put([...new Set([...genres, name()])]); } }, "Add")), names, asked);
}
