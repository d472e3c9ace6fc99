// Why a genre is likely: what similar covers are, what the model has learned, which words on the cover speak for it.

import { cover, pictureOf } from "./cover.js";
import { h } from "./dom.js";
import { fullName, percent } from "./naming.js";

const SHOWN = 5;
const VOTERS = 18;
const WORDS = 6;

export function why(answer, { face, file, signal }) {
  return h("details", { class: "reasons" }, h("summary", {}, "Why?"),
    h("div", { class: "stack" },
      table(answer.genres.filter(hasSay).slice(0, SHOWN)),
      answer.text.length > 0 && printed(answer, { face, file, signal }),
      answer.neighbours.length > 0 && voters(answer.neighbours)));
}

/** Whether any opinion speaks for a genre, or it is the likeliest all the same. */
function hasSay({ vote, head, text }, place) {
  return place === 0 || [vote, head, text].some((share) => (share ?? 0) >= 0.005);
}

function table(genres) {
  const share = (value) => (value === null || value === undefined ? "–" : percent(value));
  const head = ["Genre", "Similar covers", "Learned look", "Words on it"];
  return h("div", { class: "stack" },
    h("p", { class: "muted small" }, "Three opinions make the prediction: which genres the most similar covers have, what the model has learned of how a genre looks, and what the words on the cover say."),
    h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Opinions" }, h("table", {},
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, genres.map(({ genre, vote, head: learned, text }) => h("tr", {}, h("td", {}, genre), [vote, learned, text].map((value) => h("td", { class: "num" }, share(value)))))))));
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

function voters(neighbours) {
  return h("div", { class: "stack" },
    h("h3", {}, "Similar covers", neighbours.length > VOTERS && h("span", { class: "muted" }, `, the first ${VOTERS} of ${neighbours.length}`)),
    h("ul", { class: "voters" }, neighbours.slice(0, VOTERS).map((one) => h("li", {},
      h("a", { href: `/album/${one.album_id}`, title: `${fullName(one)}\n${one.genres.join(", ") || "no genre"}` },
        cover(one.content_hash, { shownPx: 64, alt: fullName(one) }), h("span", { class: "small line" }, one.genres.join(", ") || "no genre"))))));
}
