// The genres predicted for a cover, and why: the neighbours' vote, the head, the text, who voted, which words spoke; and correcting them.

import { ask, isCancelled } from "./api.js";
import { cover, pictureOf } from "./cover.js";
import { h, icon } from "./dom.js";
import { forgetFacts, genres as allGenres } from "./facts.js";
import { fullName, percent } from "./naming.js";
import { note, problemLine } from "./notes.js";

const SHOWN = 4;
const VOTERS = 18;
const WORDS = 6;

/** A panel about an album (`albumId`, the content hash of its cover `face`) or a picture (`file`, with the `outline` that a person gave it); `onCorrected(album)` gets the album with its genre corrected. */
export function opinionPanel({ albumId = null, face = null, file = null, outline = null, genres = [], signal, onCorrected = () => {} }) {
  const body = h("div", { class: "stack" }, h("div", { class: "wait" }, h("div", { class: "bone" }), h("div", { class: "bone" }), h("div", { class: "bone" })));
  const panel = h("details", { class: "panel why", open: !matchMedia("(max-width: 980px)").matches }, h("summary", {}, h("h2", {}, "Genre, and why")), body);
  const load = async () => {
    try {
      body.replaceChildren(...parts(await classified(albumId, file, outline, signal), { albumId, face, file, signal, genres, correct }));
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
  const rows = answer.genres.map((one) => opinion(one, albumId && { is: genres.includes(one.genre), correct }));
  const rest = h("div", { hidden: true }, rows.slice(SHOWN));
  const more = h("button", { type: "button", class: "quiet small", "aria-expanded": "false", onclick: () => {
    rest.hidden = !rest.hidden;
    more.setAttribute("aria-expanded", String(!rest.hidden));
    more.textContent = rest.hidden ? `Show all ${rows.length}` : "Show fewer";
  } }, `Show all ${rows.length}`);
  return [
    answer.unsure && h("p", { class: "unsure" }, h("strong", {}, "Unsure."), " No genre is likely enough; take these as guesses."),
    h("div", { class: "key" }, h("span", {}, "prediction"), h("span", { class: "vote" }, "neighbours' vote"), h("span", { class: "head" }, "head"), h("span", { class: "text" }, "text")),
    h("div", {}, rows.slice(0, SHOWN), rest),
    rows.length > SHOWN && more,
    albumId && otherGenre(correct),
    answer.text.length > 0 && printed(answer, { face, file, signal }),
    answer.neighbours.length > 0 && voters(answer.neighbours),
  ].filter(Boolean);
}

function opinion({ genre, probability, vote, head, text }, album) {
  const members = `vote ${share(vote)}, head ${share(head)}, text ${share(text)}`;
  return h("div", { class: "opinion" },
    h("span", { class: "which" }, genre, h("span", { class: "sr" }, ` ${members}`)),
    h("span", { class: "num small" }, percent(probability)),
    album ? setButton(genre, album) : h("span"),
    h("div", { class: "bars", "aria-hidden": "true", title: `${genre}: ${percent(probability)}; ${members}` },
      bar("bar", probability), bar("bar thin vote", vote), bar("bar thin head", head), bar("bar thin text", text)));
}

function share(value) {
  return value === null || value === undefined ? "none" : percent(value);
}

function setButton(genre, { is, correct }) {
  if (is) return h("span", { class: "row-wrap small", title: "This album's genre" }, icon("check"), h("span", { class: "sr" }, "this album's genre"));
  return h("button", { type: "button", class: "set", "aria-label": `Set the genre to ${genre}`, title: `Set the genre to ${genre}`, onclick: () => correct([genre]) }, "Set");
}

function bar(kind, value) {
  const fill = h("i");
  fill.style.width = `${Math.max(0, Math.min(1, value ?? 0)) * 100}%`;
  return h("div", { class: kind }, fill);
}

/** The words that spoke for the likeliest genre, and where they are on the cover. */
function printed(answer, { face, file, signal }) {
  const [{ genre, words }] = answer.genres;
  const said = [...new Set(words.map((one) => one.word))].slice(0, WORDS);
  const boxes = [...new Set(words.filter((one) => said.includes(one.word)).map((one) => one.line))].map((line) => answer.text[line].box);
  const alt = `The cover, with the lines outlined that speak for ${genre}`;
  const picture = () => face ? cover(face, { shownPx: 200, alt, boxes }) : pictureOf(file, { shownPx: 200, alt, boxes, signal });
  return h("div", { class: "stack spoken" },
    h("h3", {}, "Words on the cover"),
    said.length ? h("p", { class: "small" }, `For ${genre}: `, h("strong", {}, said.join(", "))) : h("p", { class: "muted small" }, `No word speaks for ${genre}.`),
    said.length > 0 && picture(),
    h("p", { class: "muted small" }, answer.text.map((line) => line.text).join(" · "), answer.text_is_whole ? "" : " … (not read to the end)"));
}

function otherGenre(correct) {
  const field = h("input", { name: "genre", list: "known-genres", placeholder: "Another genre", "aria-label": "Another genre", maxlength: 500, autocomplete: "off", required: true });
  const known = h("datalist", { id: "known-genres" });
  allGenres().then((all) => known.append(...all.map((one) => h("option", { value: one.name })))).catch(() => { /* only suggestions */ });
  return h("form", { class: "spread", onsubmit: (event) => { event.preventDefault(); correct([field.value.trim()]); } },
    h("div", { class: "grow" }, field), known, h("button", {}, "Set"));
}

function voters(neighbours) {
  return h("div", { class: "stack" },
    h("h3", {}, "Neighbours that voted", neighbours.length > VOTERS && h("span", { class: "muted" }, `, the nearest ${VOTERS} of ${neighbours.length}`)),
    h("ul", { class: "voters" }, neighbours.slice(0, VOTERS).map((one) => h("li", {},
      h("a", { href: `/album/${one.album_id}`, title: `${fullName(one)}\n${one.genres.join(", ") || "no genre"} · ${one.similarity.toFixed(2)}` },
        cover(one.content_hash, { shownPx: 52, alt: `${fullName(one)}, ${one.genres.join(", ") || "no genre"}` }))))));
}
