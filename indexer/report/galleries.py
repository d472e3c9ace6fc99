"""Rows of covers: what figures cannot show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis.spoken import Disagreement
from indexer.report.material import Material
from indexer.report.pictures import picture_uri
from indexer.report.study import Clustered, Study

PICTURE_PX = 88
SAMPLES_A_GENRE = 9
SHOWN_GENRES = 20
SHOWN_CONFLICTS = 12
SHOWN_SUSPECTS = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A cover; ``uri`` is empty if it cannot be read."""

    uri: str
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """Covers with what they have in common."""

    title: str
    covers: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Rows of covers; ``data`` names a file that has more."""

    title: str
    caption: str
    rows: tuple[GalleryRow, ...]
    data: str = ""
    flowing: bool = False


def samples(material: Material, seed: int) -> Gallery:
    """A few covers of each genre, drawn at random."""
    generator = np.random.default_rng(seed)
    columns = np.sort(np.argsort(-material.targets.sum(axis=0), kind="stable")[:SHOWN_GENRES])
    rows = []
    for column in columns.tolist():
        of_genre = generator.permutation(np.flatnonzero(material.targets[:, column]))[:SAMPLES_A_GENRE]
        shown = tuple(_shown(material, row, _title(material, row)) for row in of_genre.tolist())
        rows.append(GalleryRow(material.genres[column], shown))
    return Gallery("Samples of each genre", f"Drawn at random, seed {seed}.", tuple(rows))


def near_centres(material: Material, found: Clustered) -> Gallery:
    """The covers nearest each cluster's centre."""
    rows = []
    for number, nearest in enumerate(found.clustering.nearest):
        counts = found.clustering.genre_counts[number]
        order = np.argsort(-counts, kind="stable")[:2]
        share = "  ·  ".join(
            f"{found.view.data.genres[c]} {counts[c] / max(1, counts.sum()):.0%}" for c in order if counts[c]
        )
        kept = found.view.rows[nearest[nearest >= 0]]
        shown = tuple(_shown(material, row, ", ".join(material.covers[row].genres)) for row in kept.tolist())
        rows.append(GalleryRow(f"cluster {number + 1}: {share}", shown))
    caption = f"{found.view.title}. Under each cover its genres; after the number the cluster's two commonest."
    return Gallery("Covers nearest each cluster's centre", caption, tuple(rows))


def conflicts(material: Material) -> Gallery | None:
    """Pairs of covers of one artwork whose genres contradict each other; None if there are none to show."""
    every = len(material.covers) == material.facts.covers
    # Only then are the rows of the facts those of the material.
    pairs = [conflict for conflict in material.facts.conflicts if every and conflict.kind != "sources differ"]
    found = [
        GalleryRow(
            pair.kind,
            tuple(_shown(material, row, ", ".join(of)) for row, of in zip(pair.rows, pair.genres, strict=True)),
        )
        for pair in pairs
    ]
    if not found:
        return None
    caption = f"{min(len(found), SHOWN_CONFLICTS)} of {len(found)}: one artwork, and no genre in common."
    return Gallery("Labels that contradict each other", caption, tuple(found[:SHOWN_CONFLICTS]), "conflicts.csv", True)


def mistakes(study: Study) -> Gallery:
    """The dearest mistakes with the neighbours that misled."""
    material, rows = study.material, []
    for mistake in study.mistakes:
        row = int(material.labelled[mistake.row])
        own = _shown(material, row, ", ".join(material.covers[row].genres), strong=True)
        near = [
            _shown(
                material,
                int(material.labelled[n]),
                f"{similarity:.2f} {', '.join(material.covers[int(material.labelled[n])].genres)}",
            )
            for n, similarity in zip(mistake.neighbours, mistake.similarities, strict=True)
        ]
        title = f"taken for {mistake.predicted} ({mistake.probability:.0%}), loss {mistake.loss:.1f}"
        rows.append(GalleryRow(title, (own, *near)))
    return Gallery(
        "The dearest mistakes",
        "Framed: the cover with its genres; after it its nearest covers of other artists and artworks with their "
        "similarity. "
        "Loss is in nats.",
        tuple(rows),
        "top-losses.csv",
    )


def disagreements(study: Study, found: Sequence[Disagreement]) -> Gallery:
    """Covers whose picture and text are each for another genre."""
    material = study.material
    shown = []
    for one in found:
        row = int(material.labelled[one.row])
        says = f"looks {one.picture} {one.picture_probability:.0%}, reads {one.text} {one.text_probability:.0%}"
        shown.append(_shown(material, row, f"{', '.join(material.covers[row].genres)}: {says}"))
    return Gallery(
        "Where text and picture disagree",
        "Those on which both are surest. Before the colon the cover's genres.",
        (GalleryRow("", tuple(shown)),),
        "disagreements.csv",
    )


def suspects(study: Study) -> Gallery:
    """The likeliest label errors."""
    material = study.material
    shown = tuple(
        _shown(
            material,
            found.row,
            f"album {material.covers[found.row].album_id}: {found.suspect.given} "
            f"{found.suspect.given_probability:.0%}, "
            f"rather {found.suspect.suggested} {found.suspect.suggested_probability:.0%}?",
        )
        for found in study.suspects[:SHOWN_SUSPECTS]
    )
    return Gallery(
        "The first of the list",
        f"The first {len(shown)} of {len(study.suspects):,}, the likeliest first.",
        (GalleryRow("", shown),),
        "label-suspects.csv",
    )


def _shown(material: Material, row: int, text: str, *, strong: bool = False) -> Shown:
    return Shown(picture_uri(material.covers[row].path, PICTURE_PX), _cut(text), strong)


def _title(material: Material, row: int) -> str:
    cover = material.covers[row]
    return ", ".join(part for part in (cover.artist, cover.title) if part)


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"


_TEXT_CHARACTERS = 70
