"""Which neighbours of a picture show its artwork: the nearest few are looked for in it, by points and pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.records import HashedCover
from indexer.artwork import (
    SURE_SIMILARITY,
    Comparison,
    Recognition,
    Sketch,
    equal_as_they_are,
    is_recognised,
    is_whole_scan,
    lay_as_it_is,
    recognise,
)
from service.answers.records import Neighbour

MAX_COMPARED = 8
"""Neighbours compared with one view of a picture, nearest first; strangers end it sooner."""

_KEPT_SKETCHES = 128
"""16 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """A neighbour whose cover is in a picture."""

    neighbour: Neighbour
    recognition: Recognition


class ArtworkFinder:
    """Compares pictures with their neighbours. Safe to use from several threads at once."""

    def __init__(self) -> None:
        self._comparison = Comparison(_KEPT_SKETCHES)

    def plainly_shown(self, picture: Sketch, neighbours: Sequence[Neighbour]) -> Recognised | None:
        """The nearest neighbour of a picture, if the picture is its cover as a whole and no other neighbour may be
        another pressing of it; no points are looked for.

        Args:
            neighbours: of the picture, nearest first; one at least.
        """
        nearest, *others = neighbours[:MAX_COMPARED]
        if any(_may_show_one_artwork(nearest, other) for other in others):
            return None
        own = self._sketch_of(nearest)
        if own is None or not equal_as_they_are(own, picture):
            return None
        found = lay_as_it_is(own, picture)
        return Recognised(nearest, found) if is_whole_scan(found.cells, found.corners) else None

    def recognised(
        self,
        picture: Sketch,
        neighbours: Sequence[Neighbour],
        *,
        most_strangers: int,
        words_agree: bool = False,
    ) -> list[Recognised]:
        """The neighbours whose covers are in a picture, the surest first.

        Args:
            neighbours: of the picture, nearest first.
            most_strangers: after so many that are not in it, or after one once some are, no more are compared.
            words_agree: their covers are known to say what the picture says.
        """
        found: list[Recognised] = []
        strangers = 0
        for neighbour in neighbours[:MAX_COMPARED]:
            if strangers == most_strangers:
                break
            recognition = self._recognition(picture, neighbour, words_agree)
            if recognition is not None:
                found.append(Recognised(neighbour, recognition))
            else:
                strangers += 1
                if found:
                    break
        return sorted(found, key=lambda one: -one.recognition.strength)

    def _recognition(self, picture: Sketch, neighbour: Neighbour, words_agree: bool) -> Recognition | None:
        own = self._sketch_of(neighbour)
        if own is None:
            return None
        found = recognise(own, picture)
        if found is not None and is_recognised(found, words_agree=words_agree):
            return found
        return Recognition.of_the_same() if equal_as_they_are(own, picture) else None

    def _sketch_of(self, neighbour: Neighbour) -> Sketch | None:
        return self._comparison.sketch_of(
            HashedCover(neighbour.cover_id, neighbour.file, neighbour.path, neighbour.content_hash)
        )


def _may_show_one_artwork(nearest: Neighbour, other: Neighbour) -> bool:
    """Whether another neighbour of a picture is as near to it as copies are, or known to look much like the nearest."""
    return other.similarity >= SURE_SIMILARITY or other.album_id in nearest.linked | nearest.apart
