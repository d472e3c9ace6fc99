"""Which neighbours of an image show its artwork: the nearest few are compared by their pixels."""

from collections.abc import Sequence

from db import albums, cover_links
from db.database import Database
from db.records import HashedCover
from indexer.artwork import LEAST_SIMILARITY, Comparison
from service.answers.records import Neighbour
from service.answers.timing import Stage, Timed
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId

MAX_COMPARED = 5
"""Neighbours compared with one image, nearest first; two that show something else end it sooner."""

_KEPT_SKETCHES = 128
"""16 MiB."""


class ArtworkFinder:
    """Compares images with their neighbours. Safe to use from several threads at once."""

    def __init__(self, database: Database, timed: Timed) -> None:
        self._database = database
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
            covers = self._covers(near)
            found = {covers[cover] for cover in self._comparison.matches_of_image(data, list(covers))}
            return found | self.linked_to(found)

    def linked_to(self, album_ids: set[AlbumId] | frozenset[AlbumId]) -> set[AlbumId]:
        """The other albums with a cover that is linked to one of these albums' covers."""
        if not album_ids:
            return set()
        with self._database.reading() as session:
            return cover_links.albums_linked_to(session, album_ids)

    def _covers(self, neighbours: Sequence[Neighbour]) -> dict[HashedCover, AlbumId]:
        found: dict[HashedCover, AlbumId] = {}
        with self._database.reading() as session:
            for neighbour in neighbours:
                try:
                    cover = albums.cover(session, neighbour.cover_id)
                except NotFoundError:  # removed since it was found
                    continue
                found[HashedCover(cover.id, cover.file, str(cover.path), cover.content_hash)] = neighbour.album_id
        return found
