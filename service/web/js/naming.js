// Albums and figures in words.

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
