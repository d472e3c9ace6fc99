"""Which neighbours of an image show its artwork: the nearest few are compared by their pixels."""

from collections.abc import Sequence

from db.records import HashedCover
from indexer.artwork import LEAST_SIMILARITY, Comparison
from service.answers.records import Neighbour
from service.answers.timing import Stage, Timed
from sleeve.vocabulary import AlbumId

MAX_COMPARED = 5
"""Neighbours compared with one image, nearest first; two that show something else end it sooner."""

_KEPT_SKETCHES = 128
"""16 MiB."""


class ArtworkFinder:
    """Compares images with their neighbours. Safe to use from several threads at once."""

    def __init__(self, timed: Timed) -> None:
        self._timed = timed
        self._comparison = Comparison(_KEPT_SKETCHES)

    def same_artwork(self, data: bytes, neighbours: Sequence[Neighbour]) -> set[AlbumId]:
        """The albums that show an image's artwork: by their pixels, or by a link to one that does.

        Args:
            data: the image's file.
            neighbours: of the image, nearest first.
        """
        near = [neighbour for neighbour in neighbours if neighbour.similarity >= LEAST_SIMILARITY][:MAX_COMPARED]
        if not near:
            return set()
        with self._timed(Stage.COMPARE):
            covers = {HashedCover(each.cover_id, each.file, each.path, each.content_hash): each for each in near}
            shown = [covers[cover] for cover in self._comparison.matches_of_image(data, list(covers))]
        found = {each.album_id for each in shown}
        return found.union(*(each.linked for each in shown))
