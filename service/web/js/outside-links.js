// Where other sites may know an album: links that a person may follow. Nothing is loaded from there.

import { h, icon } from "./dom.js";

const SITES = [
  ["MusicBrainz", "https://musicbrainz.org/search", (words) => ({ query: words, type: "release_group" })],
  ["Discogs", "https://www.discogs.com/search/", (words) => ({ q: words, type: "all" })],
];

/** A link to a pressing, by the number that Discogs gave it. */
export function releaseLink(number) {
  return h("a", { href: `https://www.discogs.com/release/${encodeURIComponent(number)}`, target: "_blank", rel: "noreferrer noopener" }, "Discogs");
}

/** Links to look an album up; nothing for an album without names. */
export function outsideLinks({ artist, title }) {
  const words = [artist, title].filter(Boolean).join(" ");
  if (!words) return [];
  return SITES.map(([name, address, query]) => h("a", { class: "chip", href: `${address}?${new URLSearchParams(query(words))}`, target: "_blank", rel: "noreferrer noopener" }, `Look up on ${name}`, icon("out")));
}
