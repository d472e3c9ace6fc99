"""Which neighbours of a picture show its artwork: the nearest few are looked for in it, by points and pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.records import HashedCover
from indexer.artwork import Comparison, Recognition, Sketch, equal_as_they_are, is_recognised, recognise
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
        cover = HashedCover(neighbour.cover_id, neighbour.file, neighbour.path, neighbour.content_hash)
        own = self._comparison.sketch_of(cover)
        if own is None:
            return None
        found = recognise(own, picture)
        if found is not None and is_recognised(found, words_agree=words_agree):
            return found
        return Recognition.of_the_same() if equal_as_they_are(own, picture) else None
