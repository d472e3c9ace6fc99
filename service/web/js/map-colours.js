// What the map is coloured by: each album's genre, its predicted genre, what its cover shows, or the time that it is from.

const HUES = ["#4c86d6", "#ee8a2f", "#3fa364", "#d8433f", "#9a63d0", "#e3b81c", "#e06bb8", "#22a8b5", "#96642f", "#93a82c", "#6a6f9e", "#a83c68", "#5fa98f", "#c76a4a", "#7d5fae", "#4f7f3f"];
const NOTHING = "#8d8a86";
const GOLDEN_TURN = 137.508;
const FIRST_DECADE_HUE = 270;
const HUES_OF_TIME = 250;

/** The ways to colour this map: {name: {title, classes, names, colours}}; `classes` has a number for each album, 0 if
 * there is nothing to say. */
export function schemes(points) {
  const found = { genre: { title: "Genre", classes: points.genre, ...ofNames(points.genre, points.genres, "no genre") } };
  if (points.predicted) found.predicted = { title: "Predicted genre", classes: points.predicted, ...ofNames(points.predicted, points.genres, "unsure") };
  if (points.motif) found.motif = { title: "What covers show", classes: points.motif, ...ofNames(points.motif, points.motifs, "not known") };
  const decades = [...new Set(points.year)].filter(Boolean).map((year) => year - (year % 10));
  const known = [...new Set(decades)].sort((one, other) => one - other);
  if (known.length > 1) {
    found.year = {
      title: "Decade",
      classes: Uint8Array.from(points.year, (year) => (year ? Math.min(255, known.indexOf(year - (year % 10)) + 1) : 0)),
      names: ["no year", ...known.map((decade) => `${decade}s`)],
      colours: [NOTHING, ...known.map((_, at) => fromHue((FIRST_DECADE_HUE - (HUES_OF_TIME * at) / Math.max(1, known.length - 1) + 360) % 360))],
    };
  }
  return found;
}

export function countsOf(classes) {
  const counts = new Uint32Array(256);
  for (const one of classes) counts[one] += 1;
  return counts;
}

/** The commonest get the plainest colours. */
function ofNames(classes, known, nothing) {
  const counts = countsOf(classes);
  const ranked = known.map((_, at) => at + 1).sort((one, other) => counts[other] - counts[one]);
  const colours = [NOTHING];
  ranked.forEach((place, rank) => { colours[place] = HUES[rank] ?? fromHue((rank * GOLDEN_TURN) % 360); });
  return { names: [nothing, ...known], colours };
}

function fromHue(hue) {
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.26 * Math.max(-1, Math.min(k - 3, 9 - k, 1)))).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
