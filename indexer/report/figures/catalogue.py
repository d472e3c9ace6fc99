"""Figures of what is in the catalogue."""

from collections import Counter

import numpy as np

from indexer.report.material import Material
from indexer.report.plates import SERIES, SHOWN_GENRES, Plate, bars, figure, heat_map


def genres(material: Material) -> Plate:
    """Covers of each genre."""
    found = material.facts.genres
    shown = found[:SHOWN_GENRES]
    drawn = figure(0.8 + 0.26 * len(shown))
    axes = drawn.subplots()
    alone = [genre.covers - genre.with_others for genre in shown]
    names = [genre.genre for genre in shown]
    bars(axes, names, alone, label="this genre only")
    bars(axes, names, [genre.with_others for genre in shown], colour=SERIES[1], left=alone, label="with others")
    axes.plot(
        [genre.groups for genre in shown], range(len(shown)), "|", color="black", ms=12, label="artists or artworks"
    )
    axes.set_xlabel("covers")
    axes.legend(loc="lower right")
    return Plate(
        "genres",
        "Covers of each genre",
        "A cover of several genres counts for each. The black mark is the number of groups (one artist, one artwork, "
        "or "
        "near-duplicates) that the covers are of: it, not the number of covers, is how much evidence there is."
        + (f" The {SHOWN_GENRES} commonest of {len(found)} genres." if len(found) > len(shown) else ""),
        drawn,
        ("genre", "covers", "with_other_genres", "groups"),
        [(genre.genre, genre.covers, genre.with_others, genre.groups) for genre in found],
    )


_SHOWN_SOURCES = 8


def sources(material: Material) -> Plate | None:
    """Where each genre's covers came from; None if a single source, or none, is known."""
    facts = material.facts
    labelled: Counter[str] = Counter()
    for (source, _), count in facts.genres_by_source.items():
        labelled[source] += count
    names = [name for name, _ in sorted(labelled.items(), key=lambda item: (-item[1], item[0]))][:_SHOWN_SOURCES]
    if len(names) < 2:
        return None
    shown = [genre.genre for genre in facts.genres[:SHOWN_GENRES]]
    table = np.array([[facts.genres_by_source.get((name, genre), 0) for name in names] for genre in shown], dtype=float)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    drawn = figure(1.4 + 0.28 * len(shown), width_in=min(9.0, 3.5 + 0.9 * len(names)))
    heat_map(drawn.subplots(), shares.tolist(), shown, [n or "not said" for n in names], form="{:.2f}", limits=(0, 1))
    return Plate(
        "sources",
        "Where each genre's covers came from",
        "Share of a genre's covers by source. A genre that has a source to itself can be recognised by how that "
        "source scans and crops, which is not its style.",
        drawn,
        ("source", "genre", "covers"),
        [(source, genre, count) for (source, genre), count in sorted(facts.genres_by_source.items())],
    )


def years(material: Material) -> Plate | None:
    """Covers by decade; None if no year is known."""
    decades = material.facts.decades
    if not decades:
        return None
    shown = list(range(min(decades), max(decades) + 10, 10))[-40:]
    drawn = figure(2.4)
    axes = drawn.subplots()
    axes.bar([f"{decade}s" for decade in shown], [decades.get(decade, 0) for decade in shown], color=SERIES[0])
    axes.set_ylabel("covers")
    axes.tick_params(axis="x", rotation=45 if len(shown) > 10 else 0)
    known = sum(decades.values())
    return Plate(
        "years",
        "Covers by decade",
        f"The year is known of {known:,} of {material.facts.covers:,} covers.",
        drawn,
        ("decade", "covers"),
        sorted(decades.items()),
    )


def sizes(material: Material) -> Plate:
    """Pixels and bytes of the files, brightness and colour of the pictures."""
    looks = material.looks
    rows = np.flatnonzero(looks.readable)
    longer, kilobytes = looks.sizes_px[rows].max(axis=1), looks.byte_counts[rows] / 1_000
    brightness, colourfulness = looks.brightness, looks.colourfulness
    drawn = figure(4.6)
    panels = drawn.subplots(2, 2)
    for axes, values, label in (
        (panels[0, 0], longer, "longer side, px"),
        (panels[0, 1], kilobytes, "file, kB"),
        (panels[1, 0], brightness[rows], "brightness, 0 black to 1 white"),
        (panels[1, 1], colourfulness[rows], "colourfulness, 0 grey to 1"),
    ):
        axes.hist(values, bins=40, range=(0, float(np.quantile(values, 0.99)) if len(values) else 1), color=SERIES[0])
        axes.set_xlabel(label)
        axes.set_ylabel("covers")
    return Plate(
        "sizes",
        "Files and pictures",
        f"The largest 1 % are cut off. {len(looks.readable) - len(rows):,} of the covers looked at could not be read "
        "any more. Brightness is mean luma; colourfulness the mean of the largest less the smallest channel.",
        drawn,
        ("cover_id", "width_px", "height_px", "bytes", "brightness", "colourfulness"),
        [
            (
                material.covers[row].cover_id,
                int(looks.sizes_px[row, 0]),
                int(looks.sizes_px[row, 1]),
                int(looks.byte_counts[row]),
                round(float(brightness[row]), 6),
                round(float(colourfulness[row]), 6),
            )
            for row in rows.tolist()
        ],
    )


def genre_looks(material: Material) -> Plate | None:
    """Brightness and colourfulness of each genre: the middle half and the median."""
    looks = material.looks
    columns = np.argsort(-material.targets.sum(axis=0), kind="stable")[:SHOWN_GENRES]
    brightness, colourfulness = looks.brightness, looks.colourfulness
    names, rows = [], []
    for column in columns.tolist():
        of_genre = np.flatnonzero(material.targets[:, column] & looks.readable)
        if len(of_genre):
            names.append(material.genres[column])
            values = (brightness[of_genre], colourfulness[of_genre])
            rows.append((len(of_genre), *(float(q) for v in values for q in np.quantile(v, [0.25, 0.5, 0.75]))))
    if not names:
        return None
    drawn = figure(0.9 + 0.25 * len(names))
    for axes, first, label in zip(
        drawn.subplots(1, 2, sharey=True), (1, 4), ("brightness", "colourfulness"), strict=True
    ):
        order = np.arange(len(names))
        axes.hlines(
            order, [row[first] for row in rows], [row[first + 2] for row in rows], color=SERIES[0], lw=4, alpha=0.5
        )
        axes.plot([row[first + 1] for row in rows], order, "o", color=SERIES[0], ms=5)
        axes.set_yticks(order, names)
        axes.set_xlabel(label)
        axes.grid(axis="x", alpha=0.3)
        axes.set_xlim(0, 1)
    axes.invert_yaxis()
    return Plate(
        "genre-looks",
        "Brightness and colour of each genre",
        "Dot: median; line: the middle half of the covers. If the lines overlap widely, neither number separates the "
        "genres apart.",
        drawn,
        (
            "genre",
            "covers",
            *(f"{name}_{part}" for name in ("brightness", "colourfulness") for part in ("q25", "median", "q75")),
        ),
        [(name, *row) for name, row in zip(names, rows, strict=True)],
    )


def shared_genres(material: Material) -> Plate | None:
    """Which genres share covers; None if no cover has two."""
    shared = material.facts.shared
    if not shared:
        return None
    top = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:15]
    drawn = figure(0.7 + 0.25 * len(top))
    axes = drawn.subplots()
    bars(axes, [f"{one} + {other}" for (one, other), _ in top], [count for _, count in top])
    axes.set_xlabel("covers")
    return Plate(
        "shared-genres",
        "Covers of two genres",
        f"{material.facts.several_genres:,} covers have several genres. The commonest pairs.",
        drawn,
        ("genre", "other_genre", "covers"),
        [(one, other, count) for (one, other), count in sorted(shared.items())],
    )
