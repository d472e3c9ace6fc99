// Where other sites may know an album: links that a person may follow. Nothing is loaded from there.

import { h, icon } from "./dom.js";

/** Pages of an album or of one of its pressings, by what it is called there. */
const PAGES = [
  ["musicbrainz_release_group", "MusicBrainz", "https://musicbrainz.org/release-group/"],
  ["musicbrainz_release", "MusicBrainz", "https://musicbrainz.org/release/"],
  ["discogs_master", "Discogs", "https://www.discogs.com/master/"],
  ["discogs_release", "Discogs", "https://www.discogs.com/release/"],
];
const SITES = [
  ["MusicBrainz", "https://musicbrainz.org/search", (words) => ({ query: words, type: "release_group" })],
  ["Discogs", "https://www.discogs.com/search/", (words) => ({ q: words, type: "all" })],
];

/** A link to a pressing, by the number that Discogs gave it. */
export function releaseLink(number) {
  return h("a", { href: `https://www.discogs.com/release/${encodeURIComponent(number)}`, target: "_blank", rel: "noreferrer noopener" }, "Discogs");
}

/** The pages of an album elsewhere, and searches by its names where its page is not known. */
export function outsideLinks({ artist, title, outside_ids: ids }) {
  const words = [artist, title].filter(Boolean).join(" ");
  return SITES.flatMap(([site, address, query]) => {
    const known = PAGES.find(([id, of]) => of === site && ids?.[id]);
    if (known) return link(`Open on ${site}`, known[2] + encodeURIComponent(ids[known[0]]));
    return words ? link(`Look up on ${site}`, `${address}?${new URLSearchParams(query(words))}`) : [];
  });
}

function link(text, href) {
  return h("a", { class: "chip", href, target: "_blank", rel: "noreferrer noopener" }, text, icon("out"));
}
