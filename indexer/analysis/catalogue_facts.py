"""What is in a catalogue, and what contradicts itself in it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from db.cover_facts import CoverFacts
from indexer.evaluation.labelled_catalogue import SOURCE_COLUMN
from sleeve.vocabulary import AlbumId


@dataclass(frozen=True, slots=True)
class GenreCount:
    """One genre: its covers, those of them that have other genres too, and the artists or artworks they are of."""

    genre: str
    covers: int
    with_others: int
    groups: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Albums whose labels contradict each other, or one another.

    Attributes:
        kind: "same file", "near-duplicate" (two albums), or "sources differ" (one album, twice).
        rows: the covers; ``files`` their files.
        genres: of each.
    """

    kind: str
    rows: tuple[int, int]
    files: tuple[str, str]
    genres: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """What a catalogue holds; counts are of front covers unless said otherwise.

    Attributes:
        genres: the commonest first.
        sources: what a manifest calls ``source`` → covers; "" unknown.
        genres_by_source: (source, genre) → covers.
        label_sources: who gave labels → labels.
        decades: first year of the decade → covers; covers without a year are left out.
        shared: (genre, genre) → covers that have both.
        several_genres: covers with more than one genre.
        same_files: covers whose bytes another cover has too.
        near_duplicates: pairs of covers that show one artwork.
    """

    covers: int
    albums: int
    labelled: int
    groups: int
    genres: tuple[GenreCount, ...]
    sources: Mapping[str, int]
    genres_by_source: Mapping[tuple[str, str], int]
    label_sources: Mapping[str, int]
    decades: Mapping[int, int]
    shared: Mapping[tuple[str, str], int]
    several_genres: int
    same_files: int
    near_duplicates: int
    conflicts: tuple[Conflict, ...]


def catalogue_facts(
    covers: Sequence[CoverFacts], groups: NDArray[np.integer], duplicate_pairs: NDArray[np.integer]
) -> CatalogueFacts:
    """Count.

    Args:
        groups: (n,), see ``group_covers``.
        duplicate_pairs: (p, 2) rows, see ``near_duplicates``.
    """
    by_genre: dict[str, list[int]] = defaultdict(list)
    for row, cover in enumerate(covers):
        for genre in cover.genres:
            by_genre[genre].append(row)
    hashes = Counter(cover.content_hash for cover in covers)
    counts = [
        GenreCount(genre, len(rows), sum(len(covers[row].genres) > 1 for row in rows), len(np.unique(groups[rows])))
        for genre, rows in by_genre.items()
    ]
    return CatalogueFacts(
        covers=len(covers),
        albums=len({cover.album_id for cover in covers}),
        labelled=sum(bool(cover.labels) for cover in covers),
        groups=len(np.unique(groups)),
        genres=tuple(sorted(counts, key=lambda found: (-found.covers, found.genre))),
        sources=Counter(_source(cover) for cover in covers),
        genres_by_source=Counter((_source(cover), genre) for cover in covers for genre in cover.genres),
        label_sources=Counter(source for cover in _first_of_albums(covers) for _, source in cover.labels),
        decades=Counter(cover.year // 10 * 10 for cover in covers if cover.year is not None),
        shared=Counter(pair for cover in covers for pair in combinations(cover.genres, 2)),
        several_genres=sum(len(cover.genres) > 1 for cover in covers),
        same_files=sum(hashes[cover.content_hash] > 1 for cover in covers),
        near_duplicates=len(duplicate_pairs),
        conflicts=tuple(_conflicts(covers, duplicate_pairs)),
    )


def _source(cover: CoverFacts) -> str:
    return cover.extra.get(SOURCE_COLUMN, "")


def _first_of_albums(covers: Sequence[CoverFacts]) -> list[CoverFacts]:
    first: dict[AlbumId, CoverFacts] = {}
    for cover in covers:
        first.setdefault(cover.album_id, cover)
    return list(first.values())


def _conflicts(covers: Sequence[CoverFacts], duplicate_pairs: NDArray[np.integer]) -> list[Conflict]:
    found = []
    for row, cover in enumerate(covers):
        said: dict[str, set[str]] = defaultdict(set)
        for genre, source in cover.labels:
            said[source].add(genre)
        for first, second in combinations(sorted(said), 2):
            if not said[first] & said[second]:
                genres = (tuple(sorted(said[first])), tuple(sorted(said[second])))
                found.append(Conflict("sources differ", (row, row), (cover.file, cover.file), genres))
    for first_row, second_row in duplicate_pairs.tolist():
        one, other = covers[first_row], covers[second_row]
        if one.genres and other.genres and not set(one.genres) & set(other.genres):
            kind = "same file" if one.content_hash == other.content_hash else "near-duplicate"
            found.append(Conflict(kind, (first_row, second_row), (one.file, other.file), (one.genres, other.genres)))
    return found
