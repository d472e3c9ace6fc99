// What a search answers: which question goes to which part of the API.

import { ask, queryString } from "./api.js";
import { asNeighbour, withAlbum } from "./coded.js";
import { NOTHING } from "./likeness.js";
import { looksIn } from "./looks.js";
import { count, titleOf } from "./naming.js";
import { hasBasket, isBlank, isByTaste } from "./query.js";
import { large, upload } from "./uploads.js";

const MOST_RECOMMENDED = 200;

/** {heading, albums, ranked, dial, album?, file?, verdict?, outline?, sleeves?, later?, more?}: `ranked` by similarity, `dial` when diversity counts,
 * `sleeves` if a picture shows several: then there are no albums; `later` promises a better verdict, or null. */
export async function answerTo(query, signal) {
  if (isBlank(query)) return { heading: "", ...(await some(signal)) };
  if (query.q) return byWords(query, signal);
  const narrowed = { k: query.k, genre: query.genre, year: query.year, where: query.where, list: query.list };
  if (query.upload) return byPicture(query, narrowed, signal);
  if (isByTaste(query)) return byTaste(query, narrowed, signal);
  if (query.sameArtwork && query.album) return withTheArtworkOf(query, signal);
  const opinions = hasBasket(query) ? { like: query.like, dislike: query.dislike } : {};
  const looks = looksIn(query.text);
  const asked = query.album ? (query.text ? { like: [query.album], ...looks } : { album_id: query.album }) : { ...looks, ...(query.image_url ? { image_url: query.image_url } : {}), ...opinions };
  const [answer, album] = await Promise.all([
    ask("/similar", { method: "POST", query: narrowed, json: asked, signal }),
    query.album ? ask(`/albums/${query.album}`, { signal }) : null,
  ]);
  const like = album ? titleOf(album) : hasBasket(query) ? "your taste" : query.text ? `“${query.text}”` : "that picture";
  const both = `${like}${but(query, album || hasBasket(query))}`;
  return { heading: headingOf(both, query, answer.neighbours), albums: answer.neighbours, album, ranked: true };
}

async function byWords(query, signal) {
  const asked = { q: query.q, genre: query.genre, year: query.year, where: query.where, list: query.list };
  const { albums, total, next } = await ask("/albums", { query: { ...asked, limit: 96 }, signal });
  return { heading: `${count(total, "album")} for “${query.q}”`, albums, more: next && `/catalogue${queryString(asked)}` };
}

async function byPicture(query, narrowed, signal) {
  const file = await upload(query.upload);
  if (!file) throw new Error("This browser does not have that picture. Drop or choose it again.");
  const form = new FormData();
  form.append("image", file, file.name);
  query.like.forEach((id) => form.append("like", id));
  query.dislike.forEach((id) => form.append("dislike", id));
  Object.entries(looksIn(query.text)).forEach(([name, words]) => form.append(name, words));
  const { neighbours, verdict, outline, sleeves } = await ask("/similar", { method: "POST", query: { ...narrowed, outline: query.outline }, form, signal });
  const albums = query.sameArtwork ? neighbours.filter((one) => one.same_artwork) : neighbours;
  const heading = query.sameArtwork ? `${count(albums.length, "album")} with the artwork of your picture` : headingOf(`your picture${but(query, true)}`, query, albums);
  if (sleeves.length > 1) return { heading: `${sleeves.length} sleeves in your picture`, albums: [], file, sleeves, ranked: false };
  return { heading, albums, file, verdict: await withAlbum(verdict, signal), outline, later: verdict?.answer === "absent" ? byBarcode(query.upload, signal) : null, ranked: !query.sameArtwork };
}

/** What a large picture's barcode says of an upload in which no cover was recognised; null if it says nothing. */
async function byBarcode(name, signal) {
  const picture = await large(name);
  if (!picture) return null;
  const form = new FormData();
  form.append("image", picture, "large.jpg");
  const { barcodes } = await ask("/barcodes", { method: "POST", form, signal });
  const known = barcodes.find(({ albums }) => albums.length);
  if (!known) return null;
  const [album, ...others] = known.albums;
  return { answer: "found", album: asNeighbour(album), barcode: known.barcode, same_barcode: others.map(({ id }) => id), points: 0, pressings: [] };
}

/** With filters on, the nearest may have nothing to do with what was asked with. */
function headingOf(what, query, albums) {
  const isNarrowed = query.genre || query.year || query.list || query.where.length > 0;
  return isNarrowed && albums.length > 0 && albums[0].similarity < NOTHING ? `Nothing here looks like ${what}; the nearest` : `Looks like ${what}`;
}

/** Words that go together with something else in a heading. */
function but(query, isBoth) {
  return query.text && isBoth ? `, and “${query.text}”` : "";
}

async function newest(signal) {
  return (await ask("/albums", { query: { sort: "newest", limit: 36 }, signal })).albums;
}

/** Albums from anywhere in the catalogue, as many as fill whole rows. Ids are hardly ever missing, so it is enough to guess some. */
async function some(signal) {
  const columns = Math.max(2, Math.floor(document.getElementById("main").clientWidth / 184));
  const count = columns * Math.ceil(18 / columns);
  const { albums, total } = await ask("/albums", { query: { sort: "newest", limit: count }, signal });
  if (total <= count) return { albums };
  const ids = Array.from({ length: 3 * count }, () => 1 + Math.floor(Math.random() * albums[0].id));
  const found = (await ask("/albums", { query: { id: [...new Set(ids)].slice(0, 200) }, signal })).albums.slice(0, count);
  return { albums: found.length < count ? albums : found, shuffles: true };
}

async function byTaste(query, { k, ...allowed }, signal) {
  if (!query.like.length) return { heading: "Like an album to get recommendations", albums: await newest(signal) };
  const { recommendations } = await ask("/recommend", {
    method: "POST", query: allowed, json: { like: query.like, dislike: query.dislike, k: Math.min(k, MOST_RECOMMENDED), diversity: query.diversity }, signal,
  });
  return { heading: "For your taste", albums: recommendations, ranked: true, dial: true };
}

async function withTheArtworkOf(query, signal) {
  const [album, { neighbours }] = await Promise.all([
    ask(`/albums/${query.album}`, { signal }), ask(`/albums/${query.album}/same-artwork`, { signal }),
  ]);
  return { heading: `${count(neighbours.length, "other album")} with the artwork of ${titleOf(album)}`, albums: neighbours, album };
}
