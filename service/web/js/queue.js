// Pictures that wait to be added: each is looked up first, so that it is known what it shows before anything changes.

import { ask, isCancelled } from "./api.js";
import { faceOf } from "./cover.js";
import { forgetFacts } from "./facts.js";
import { isPicture, readable } from "./picture-files.js";

const AT_ONCE = 2;
const OFFERED = 3;
const MOST = 200;

/** "waiting", "asked", then "failed", "found", "pressing" or "new", and last "added" or "skipped". */
const OPEN = new Set(["waiting", "asked", "found", "pressing", "new"]);

const rows = [];
let running = 0;

export function queued() {
  return rows;
}

/** Take files in; whoever shows the queue hears "queuechange". Returns how many were left out. */
export function enqueue(files) {
  const taken = files.filter(isPicture).filter((file) => !rows.some((row) => isSameFile(row.file, file))).slice(0, Math.max(0, MOST - rows.length));
  rows.push(...taken.map((file) => ({ file, name: file.name || "picture", state: "waiting", back: null, fields: {}, url: URL.createObjectURL(file) })));
  announce();
  work();
  return files.length - taken.length;
}

export function drop(row) {
  const at = rows.indexOf(row);
  if (at >= 0) rows.splice(at, 1);
  URL.revokeObjectURL(row.url);
  announce(row);
}

export function skip(row) {
  row.state = "skipped";
  announce(row);
}

/** Whether something of the queue is not settled yet. */
export function isOpen() {
  return rows.some((row) => OPEN.has(row.state));
}

/** Add a row's picture as an album, as its fields say. */
export async function add(row) {
  const form = new FormData();
  form.append("image", await readable(row.file), row.name);
  if (row.back) form.append("back", await readable(row.back), row.back.name);
  for (const name of ["artist", "title", "year"]) if (row.fields[name]) form.append(name, row.fields[name]);
  (row.fields.genres ?? []).forEach((genre) => form.append("genre", genre));
  const before = row.state;
  row.state = "asked";
  announce(row);
  try {
    row.album = await ask("/albums", { method: "POST", form });
    if (before === "pressing" && row.album.id !== row.shows.album_id && row.album.added_covers.length) {
      await ask(`/albums/${row.shows.album_id}/same-artwork/${row.album.id}`, { method: "PUT" });
    }
    row.state = "added";
    forgetFacts();
  } catch (error) {
    row.state = "failed";
    row.problem = error.message;
  }
  row.before = before;
  announce(row);
}

/** Take back what was added: the covers that were new, and the album if it has no others. */
export async function takeBack(row) {
  for (const cover of row.album.added_covers) await ask(`/albums/${row.album.id}/covers/${cover}`, { method: "DELETE" });
  row.state = row.before;
  row.album = null;
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
  row.offered = albums.map((album) => ({ ...album, album_id: album.id, content_hash: faceOf(album) }));
  announce(row);
}

/** What was found and decided, as a table: the names of its columns, and a row for each picture. */
export function queueTable() {
  const names = ["file", "verdict", "corrected", "state", "album_id", "artist", "title", "similarity", "points", "cells", "words", "runner_up_id", "runner_up_artist", "runner_up_title", "runner_up_similarity"];
  return { names, rows: rows.map((row) => cellsOf(row, row.verdict ?? {})) };
}

function cellsOf(row, { match, alike, runner_up: next, points, cells, words }) {
  const album = row.shows ?? (row.corrected ? null : alike);
  const seen = row.shows && !row.corrected;
  return [row.name, match, row.corrected ? "yes" : "no", row.state, row.album?.id ?? album?.album_id, album?.artist, album?.title, album?.similarity,
    seen ? points : "", seen ? cells : "", words?.join(" "), next?.album_id, next?.artist, next?.title, next?.similarity];
}

/** Try a row that failed once more. */
export function retry(row) {
  row.state = "waiting";
  announce(row);
  work();
}

async function work() {
  if (running >= AT_ONCE) return;
  running += 1;
  for (let row = next(); row; row = next()) {
    row.state = "asked";
    announce(row);
    await look(row).catch((error) => {
      if (isCancelled(error)) return;
      row.state = "failed";
      row.problem = error.message;
    });
    announce(row);
  }
  running -= 1;
}

function next() {
  return rows.find((row) => row.state === "waiting");
}

async function look(row) {
  const form = new FormData();
  form.append("image", await readable(row.file), row.name);
  const { genres, unsure, verdict } = await ask("/classify", { method: "POST", form });
  row.guess = genres.length && !unsure ? genres[0] : null;
  row.genres = genres;
  row.fields.genres ??= row.guess ? [row.guess.genre] : [];
  Object.assign(row, { verdict, corrected: false, offered: [] });
  row.shows = verdict?.album ?? null;
  row.state = !verdict || verdict.answer === "absent" ? "new" : verdict.answer;
  if (row.state === "pressing") Object.assign(row.fields, { artist: row.shows.artist ?? "", title: row.shows.title ?? "", genres: [...row.shows.genres] });
}

function isSameFile(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

function announce(row = null) {
  dispatchEvent(new CustomEvent("queuechange", { detail: row }));
}
