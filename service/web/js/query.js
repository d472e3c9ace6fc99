// A search and its address: each made from the other.

import { queryString } from "./api.js";

export const FIRST_K = 48;
export const MOST_K = 960;
export const MODEST_DIVERSITY = 0.3;

/** The search of an address. */
export function queryOf(url) {
  const given = url.searchParams;
  const ids = (name) => [...new Set(given.getAll(name).map(Number).filter((id) => Number.isSafeInteger(id) && id > 0))];
  return {
    album: ids("album")[0] ?? null,
    upload: given.get("upload"),
    outline: given.get("outline"),
    image_url: given.get("image_url"),
    q: given.get("q"),
    text: given.get("text"),
    like: ids("like"),
    dislike: ids("dislike"),
    diversity: given.has("diversity") ? Math.min(1, Math.max(0, Number(given.get("diversity")) || 0)) : MODEST_DIVERSITY,
    genre: given.get("genre"),
    year: given.get("year"),
    where: given.getAll("where"),
    list: given.get("list"),
    sameArtwork: given.has("same_artwork"),
    k: Math.min(MOST_K, Math.max(1, Number(given.get("k")) || FIRST_K)),
  };
}

/** The address of a search, without what has its default value. */
export function hrefOf(query) {
  const { diversity, sameArtwork, k, ...rest } = query;
  const search = queryString({
    ...rest,
    diversity: diversity === MODEST_DIVERSITY ? null : diversity,
    same_artwork: sameArtwork ? 1 : null,
    k: k === FIRST_K ? null : k,
  });
  return `/${search}`;
}

/** Whether albums that are liked or disliked shape the answer. */
export function hasBasket(query) {
  return query.like.length + query.dislike.length > 0;
}

/** Whether they alone do. */
export function isByTaste(query) {
  return hasBasket(query) && !query.album && !query.upload && !query.image_url && !query.q && !query.text;
}

export function isBlank(query) {
  return !query.album && !query.upload && !query.image_url && !query.q && !query.text && !hasBasket(query);
}

export function yearsOf(year) {
  const [from, to] = (year ?? "").includes(":") ? year.split(":") : [year ?? "", year ?? ""];
  return { from, to };
}

export function yearOf(from, to) {
  if (!from && !to) return null;
  return from === to ? from : `${from}:${to}`;
}
