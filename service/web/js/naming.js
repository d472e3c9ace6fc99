// Albums and figures in words. Albums without a title are called by what their covers say, in grey, because it is a guess;
// that is asked for many at once.

import { ask } from "./api.js";
import { h } from "./dom.js";

const TOGETHER_MS = 60;
const AT_ONCE = 200;

const known = new Map();
let wanted = new Map();
let timer = 0;

/** What to call an album, which may have no title. */
export function titleOf(album) {
  return album.title || `Album ${album.album_id ?? album.id}`;
}

export function lineOf(album) {
  return [album.artist, album.year].filter(Boolean).join(" · ");
}

export function fullName(album) {
  return album.artist ? `${titleOf(album)} by ${album.artist}` : titleOf(album);
}

export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** How long ago, roughly. */
export function ago(seconds) {
  for (const [unit, length] of [["day", 86400], ["hour", 3600]]) {
    if (seconds >= length) return `${count(Math.floor(seconds / length), unit)} ago`;
  }
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ago` : "just now";
}

/** An element with the name of an album. One without a title is called by its cover, in grey. */
export function nameOf(album, tag = "div", name = "name") {
  const element = h(tag, { class: album.title ? name : `${name} unnamed` }, titleOf(album));
  if (!album.title) callByCover(element, album.album_id ?? album.id);
  return element;
}

/** Give an element that says "Album 12" the words on that album's cover, if there are any. */
function callByCover(element, id) {
  if (known.has(id)) return put(element, id);
  wanted.set(id, [...(wanted.get(id) ?? []), element]);
  timer ||= setTimeout(load, TOGETHER_MS);
  return undefined;
}

async function load() {
  const asked = wanted;
  [wanted, timer] = [new Map(), 0];
  const ids = [...asked.keys()];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    try {
      const { albums } = await ask("/albums/printed", { query: { id: some } });
      some.forEach((id) => known.set(id, null));
      albums.forEach(({ album_id, lines }) => known.set(album_id, lines.join(" · ")));
    } catch { /* the number is a name too */ }
    some.forEach((id) => asked.get(id).forEach((element) => put(element, id)));
  }
}

function put(element, id) {
  const words = known.get(id);
  if (!words) return;
  element.textContent = words;
  element.title = `As its cover was read. Album ${id}`;
}
