"""Albums of a library that have one and the same art under different titles: a tagger gave one of them the other's.

All fronts are compared with each other as pictures of 24 x 24 points, and what agrees is then confirmed by pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import partial_ratio

from db.letters import letters
from indexer.artwork import agreement, have_different_titles, is_same_under_other_titles
from indexer.care.album_art import AlbumArt, picture_at
from indexer.sources.track_albums import VARIOUS_ARTISTS
from sleeve.vocabulary import ContentHash

_SIDE = 24
_ROWS = 512
_LEAST_AGREEMENT = 0.9
"""Correlation from which two fronts are compared by their pixels."""

_MOST_COMPARED = 5
"""Fronts that one is compared with, those that agree most: thousands of albums may have one placeholder."""

_LEAST_NAME = 4
"""Letters of a name that a cover is searched for; shorter ones are in too many words."""

_LEAST_LIKENESS = 90
"""Of a name and what a cover says, in per cent."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What is kept of an album to compare its front with all others.

    Attributes:
        front: the path of the picture.
        points: (576,) uint8.
        has_other: whether the album also has a picture of another artwork.
    """

    title: str
    artist: str
    front: Path
    content_hash: ContentHash
    points: NDArray[np.uint8]
    has_other: bool

    @property
    def names(self) -> str:
        return " - ".join(name for name in (self.artist, self.title) if name)


@dataclass(frozen=True, slots=True)
class Foreign:
    """That another album has the same art.

    Attributes:
        is_sure: whether it is that other album's.
        detail: which album, and how that is known.
    """

    is_sure: bool
    detail: str


def fingerprint_of(art: AlbumArt, has_other: bool) -> Fingerprint | None:
    """None if it has no title or no front to compare."""
    front = art.front
    if front is None or front.sketch is None or not art.album.title:
        return None
    whole = front.sketch.whole
    points = whole.reshape(_SIDE, whole.shape[0] // _SIDE, _SIDE, whole.shape[1] // _SIDE).mean((1, 3))
    artist = "" if art.album.artist in {None, VARIOUS_ARTISTS} else art.album.artist or ""
    return Fingerprint(
        art.album.title, artist, front.path, front.content_hash, points.round().astype(np.uint8).ravel(), has_other
    )


def albums_with_one_art(fronts: Sequence[Fingerprint]) -> list[tuple[int, int]]:
    """Pairs of places, ascending, of albums with different titles and one art."""
    if not fronts:
        return []
    points = np.stack([front.points for front in fronts]).astype(np.float32)
    points -= points.mean(1, keepdims=True)
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    # A plain picture agrees with nothing.
    points = np.where(norms > points.shape[1] ** 0.5, points / np.maximum(norms, 1), 0)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(points), _ROWS):
        agreements = points[start : start + _ROWS] @ points.T
        for row, near in enumerate(agreements):
            first = start + row
            near[first] = -1
            nearest = np.argsort(-near, kind="stable")[:_MOST_COMPARED]
            for second in (int(place) for place in nearest if near[place] >= _LEAST_AGREEMENT):
                pair = (min(first, second), max(first, second))
                if pair not in found and _have_one_art(fronts[first], fronts[second]):
                    found.add(pair)
    return sorted(found)


def foreign_art(
    first: Fingerprint, second: Fingerprint, read: Callable[[Path], str]
) -> tuple[Foreign | None, Foreign | None]:
    """What there is to say of two albums with one art: of the first, and of the second.

    An album that also has a picture of another artwork has the other's art; else the words on it decide.

    Args:
        read: the letters of what a picture says (see ``letters``).
    """
    how = "it also has another picture"
    is_wrong = first.has_other
    if first.has_other == second.has_other:
        said = read(first.front)
        is_wrong, second_is_wrong = _is_named(said, second, first), _is_named(said, first, second)
        if is_wrong == second_is_wrong:
            return Foreign(False, f"as {second.names}"), Foreign(False, f"as {first.names}")
        how = "by the words on it"
    if is_wrong:
        return Foreign(True, f"of {second.names}: {how}"), None
    return None, Foreign(True, f"of {first.names}: {how}")


def _have_one_art(first: Fingerprint, second: Fingerprint) -> bool:
    if not have_different_titles(first.title, second.title):
        return False
    if first.content_hash == second.content_hash:
        return True
    one, other = picture_at(first.front), picture_at(second.front)
    if one.sketch is None or other.sketch is None:
        return False
    return is_same_under_other_titles(agreement(one.sketch, other.sketch))


def _is_named(said: str, album: Fingerprint, other: Fingerprint) -> bool:
    """Whether a picture says a name of an album that the other album does not have."""
    theirs = {letters(other.title), letters(other.artist)}
    names = [name for name in (letters(album.title), letters(album.artist)) if name not in theirs]
    return any(len(name) >= _LEAST_NAME and partial_ratio(name, said) >= _LEAST_LIKENESS for name in names)
