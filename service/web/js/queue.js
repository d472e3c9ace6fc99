// Pictures that wait to be added: each is looked up first, so that it is known what it shows before anything changes.
// They are kept in this browser, so a page that is loaded again goes on where it was, and asks for nothing twice.

import { ask, isCancelled } from "./api.js";
import { asNeighbour, withAlbum } from "./coded.js";
import { forgetFacts } from "./facts.js";
import { cutOut, isPicture, readable } from "./picture-files.js";
import { forgetRows, keepPicture, keepRow, keptRow, keptRows } from "./queue-store.js";
import { fromRoot } from "./root.js";

const AT_ONCE = 2;
const OFFERED = 3;
const MOST = 200;
const NAMED = 3;
const MOST_KEPT_BYTES = 500 * 1024 * 1024;

/** So that of several tabs one looks up, where the browser has locks. */
const LOCK = `queue ${fromRoot("/")}`;

/** "waiting", "asked", then "failed", "found", "pressing" or "new", and last "added" or "skipped". */
const rows = [];
let restoring = null;
let working = false;

export function queued() {
  return rows;
}

/** The queue as it was left: what was on its way when the page was left is to be done again. */
export function restored() {
  restoring ??= keptRows().then((kept) => {
    rows.push(...kept.map((row) => ({ ...row, state: row.state === "asked" ? row.before ?? "waiting" : row.state, isAdding: false, url: URL.createObjectURL(row.file) })));
    announce();
    work();
  });
  return restoring;
}

/** Take files in; whoever shows the queue hears "queuechange". Returns {name, why} of those that were left out. */
export async function enqueue(files) {
  await restored();
  const before = rows.length;
  const left = [];
  for (const file of files) {
    const why = !isPicture(file) ? "not a picture" : rows.some((row) => isSameFile(row.file, file)) ? "there already" : rows.length >= MOST ? `more than ${MOST}` : null;
    if (why) {
      left.push({ name: file.name, why });
      continue;
    }
    take(file);
  }
  announce();
  for (const row of rows.slice(before)) await keep(row);
  work();
  return left;
}

function take(file, more = {}) {
  const id = Math.max(Date.now(), rows.at(-1)?.id ?? 0) + 1;
  rows.push({ id, file, name: file.name || "picture", state: "waiting", back: null, fields: {}, url: URL.createObjectURL(file), ...more });
}

async function keep(row) {
  const bytes = rows.reduce((sum, { file, back, unkept }) => sum + (unkept ? 0 : file.size + (back?.size ?? 0)), 0);
  row.unkept = bytes > MOST_KEPT_BYTES || (await keepPicture(row).then(() => false, () => true));
  if (!row.unkept) await keepRow(row);
}

/** Which files were left out, and why: the first few by name. */
export function leftOut(left) {
  const named = left.slice(0, NAMED).map(({ name, why }) => `${name} (${why})`);
  return `Left out: ${named.join(", ")}${left.length > NAMED ? ` and ${left.length - NAMED} more` : ""}.`;
}

/** Give a row the picture of its back, or none. */
export function setBack(row, file) {
  row.back = file;
  return keep(row);
}

/** Say what a row will be called. */
export function setField(row, name, value) {
  row.fields[name] = value;
  if (!row.unkept) keepRow(row);
}

/** Take rows out of the queue; returns what puts them back. */
export function drop(some) {
  const before = [...rows];
  rows.splice(0, rows.length, ...rows.filter((row) => !some.includes(row)));
  forgetRows(some.map(({ id }) => id));
  some.forEach(announce);
  return async () => {
    rows.splice(0, rows.length, ...before, ...rows.filter((row) => !before.includes(row)));
    // Shown only once they are kept, as the page may be loaded again at any time.
    for (const row of some) await keep(row);
    announce();
  };
}

export function skip(row) {
  row.state = "skipped";
  announce(row);
}

/** Whether leaving the page would lose something. */
export function wouldLose() {
  return rows.some((row) => (row.unkept && !["added", "skipped"].includes(row.state)) || row.isAdding);
}

/** Add a row's picture as an album, as its fields say. */
export async function add(row) {
  const form = new FormData();
  form.append("image", await readable(row.file), row.name);
  if (row.back) form.append("back", await readable(row.back), row.back.name);
  for (const name of ["artist", "title", "year"]) if (row.fields[name]) form.append(name, row.fields[name]);
  (row.fields.genres ?? []).forEach((genre) => form.append("genre", genre));
  const before = row.state;
  Object.assign(row, { state: "asked", before, isAdding: true });
  announce(row);
  try {
    row.album = await ask("/albums", { method: "POST", form });
    row.linked = before === "pressing" && row.album.added_covers.length > 0 && (await link(row.shows.album_id, row.album.id));
    row.state = "added";
    forgetFacts();
  } catch (error) {
    fail(row, error);
  }
  row.isAdding = false;
  announce(row);
}

/** What the service cannot use will not become better by asking again. */
function fail(row, { message, status }) {
  Object.assign(row, { state: "failed", problem: message, isHopeless: status === 413 || status === 422 });
}

/** Say that two albums have the same artwork; false if they are one, or were said to have it already. */
async function link(one, other) {
  if (one === other) return false;
  const { neighbours } = await ask(`/albums/${one}/same-artwork`);
  if (neighbours.some((album) => album.album_id === other)) return false;
  await ask(`/albums/${one}/same-artwork/${other}`, { method: "PUT" });
  return true;
}

/** Take back what was added: the covers that were new, the album if it has no others, else the genres that it got. */
export async function takeBack(row) {
  const { id, covers, added_covers: added, genres_before: genres } = row.album;
  const wasThere = covers.length > added.length;
  if (row.linked && wasThere) await ask(`/albums/${row.shows.album_id}/same-artwork/${id}`, { method: "DELETE", query: { by_hand: false } });
  for (const cover of added) await ask(`/albums/${id}/covers/${cover}`, { method: "DELETE" });
  if (genres !== null) await ask(`/albums/${id}`, { method: "PATCH", json: { genres } });
  Object.assign(row, { state: row.before, before: null, album: null });
  forgetFacts();
  announce(row);
}

/** A person says which album a row shows; null for none that is here. */
export function correct(row, album) {
  if (row.state === "pressing") Object.assign(row.fields, { artist: "", title: "", genres: row.guess ? [row.guess.genre] : [] });
  row.shows = album;
  row.state = album ? "found" : "new";
  row.corrected = true;
  row.offered = [];
  announce(row);
}

/** Find albums by words, for a person to say that a row shows one of them. */
export async function offer(row, words) {
  const { albums } = await ask("/albums", { query: { q: words, limit: OFFERED } });
  row.offered = albums.map(asNeighbour);
  announce(row);
}

/** What was found and decided, as a table: the names of its columns, and a row for each picture. */
export function queueTable() {
  const names = ["file", "verdict", "corrected", "state", "album_id", "artist", "title", "similarity", "points", "cells", "words", "barcode", "runner_up_id", "runner_up_artist", "runner_up_title", "runner_up_similarity"];
  return { names, rows: rows.map((row) => cellsOf(row, row.verdict ?? {})) };
}

function cellsOf(row, { match, alike, runner_up: next, points, cells, words, barcode }) {
  const album = row.shows ?? (row.corrected ? null : alike);
  const seen = row.shows && !row.corrected;
  return [row.name, match, row.corrected ? "yes" : "no", row.state, row.album?.id ?? album?.album_id, album?.artist, album?.title, album?.similarity,
    seen ? points : "", seen ? cells : "", words?.join(" "), barcode, next?.album_id, next?.artist, next?.title, next?.similarity];
}

/** Try a row that failed once more. */
export function retry(row) {
  Object.assign(row, { state: "waiting", before: null });
  announce(row);
  work();
}

async function work() {
  if (working) return;
  working = true;
  const all = () => Promise.all(Array.from({ length: AT_ONCE }, lookUpWaiting));
  await (navigator.locks ? navigator.locks.request(LOCK, all) : all());
  working = false;
  if (next()) work();
}

async function lookUpWaiting() {
  for (let row = next(); row; row = next()) {
    row.state = "asked";
    announce(row);
    await lookUp(row);
    announce(row);
  }
}

async function lookUp(row) {
  const kept = await keptRow(row.id);
  // Another tab may have done it by now.
  if (kept && !["waiting", "asked"].includes(kept.state)) return Object.assign(row, kept);
  return look(row).catch((error) => {
    if (isCancelled(error)) return;
    fail(row, error);
  });
}

function next() {
  return rows.find((row) => row.state === "waiting");
}

async function look(row) {
  const form = new FormData();
  form.append("image", await readable(row.file), row.name);
  const { genres, unsure, verdict: said, sleeves } = await ask("/classify", { method: "POST", form, query: { outline: row.outline?.flat().map((part) => part.toFixed(4)).join(",") } });
  if (sleeves.length > 1 && (await takeApart(row, sleeves))) return;
  const verdict = await withAlbum(said);
  row.guess = genres.length && !unsure ? genres[0] : null;
  row.genres = genres;
  row.fields.genres ??= row.guess ? [row.guess.genre] : [];
  Object.assign(row, { verdict, corrected: false, offered: [] });
  row.shows = verdict?.album ?? null;
  row.state = !verdict || verdict.answer === "absent" ? "new" : verdict.answer;
  if (row.state === "pressing") Object.assign(row.fields, { artist: row.shows.artist ?? "", title: row.shows.title ?? "", genres: [...row.shows.genres] });
}

/** Put a picture of each sleeve in a photo into the queue in the photo's place; false if there is no room for them, or this
 * browser cannot read the photo. */
async function takeApart(row, sleeves) {
  if (rows.length - 1 + sleeves.length > MOST) return false;
  const files = await cutOut(row.file, row.name, sleeves.map(({ outline }) => outline)).catch(() => null);
  if (!files) return false;
  drop([row]);
  for (const { file, outline } of files) take(file, { outline });
  announce();
  for (const one of rows.slice(-files.length)) await keep(one);
  return true;
}

function isSameFile(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

function announce(row = null) {
  if (row && !row.unkept && rows.includes(row)) keepRow(row);
  dispatchEvent(new CustomEvent("queuechange", { detail: row }));
}
