// The list that an album was opened from, so that its page has a previous and a next one. It is kept until the tab closes.

import { ask, isCancelled } from "./api.js";
import { fromRoot, within } from "./root.js";

const KEY = `listing ${fromRoot("/")}`;

let present = null;

/** The list on the page: `name`, and either its `ids` in order, or the `query` of the API that it is the answer to. */
export function setListing(listing) {
  present = listing && { ...listing, href: within(location.pathname) + location.search };
}

/** Links to albums in a list keep where they were. */
export function installListing() {
  document.addEventListener("click", (event) => {
    const card = event.target.closest?.(".card[data-at] a.face")?.closest(".card");
    if (!card || !present) return;
    keep({ ...present, href: within(location.pathname) + location.search, at: Number(card.dataset.at) });
  }, { capture: true });
}

/** {name, href, at, total, previous, next}: the list that this album was opened from, with the ids before and after it;
 * null if there is none. */
export async function listingOf(id, signal) {
  const kept = read();
  if (!kept) return null;
  const found = kept.ids ? amongIds(kept, id) : await amongQuery(kept, id, signal).catch((error) => {
    if (isCancelled(error)) throw error;
    return null;
  });
  if (found) keep({ ...kept, at: found.at });
  return found && { name: kept.name, href: kept.href, ...found };
}

function amongIds({ ids }, id) {
  const at = ids.indexOf(id);
  return at < 0 ? null : { at, total: ids.length, previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
}

/** The album may be at the place that was kept, or one further on. */
async function amongQuery({ query, at }, id, signal) {
  const skip = Math.max(0, at - 2);
  const { albums, total } = await ask("/albums", { query: { ...query, skip, limit: 5 }, signal });
  const place = albums.findIndex((album) => album.id === id);
  if (place < 0) return null;
  return { at: skip + place, total, previous: albums[place - 1]?.id ?? null, next: albums[place + 1]?.id ?? null };
}

function keep(listing) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(listing));
  } catch { /* without storage there is no previous and no next album */ }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}
