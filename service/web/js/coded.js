// Albums that are known by something else than their cover: a barcode, or words.

import { ask } from "./api.js";
import { faceOf } from "./cover.js";

/** A verdict with the album that it names by its barcode, if that has no cover. */
export async function withAlbum(verdict, signal) {
  if (!verdict?.barcode || verdict.album) return verdict;
  const [id, ...others] = verdict.same_barcode;
  return { ...verdict, album: asNeighbour(await ask(`/albums/${id}`, { signal })), same_barcode: others };
}

/** An album as answers have those that look like a picture. */
export function asNeighbour(album) {
  return { ...album, album_id: album.id, content_hash: faceOf(album) };
}
