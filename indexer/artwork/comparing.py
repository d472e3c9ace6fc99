"""A front and those proposed for it → those that show the same artwork, by their pixels."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from db.records import HashedCover
from indexer.artwork.geometry import SIDE_PX, Sketch, agreement, sketch
from indexer.artwork.verdict import is_same_under_other_titles, show_one_artwork
from indexer.images.decoding import decode, out_of_sight, read
from sleeve.errors import FileRejectedError

MOST_STRANGERS = 2
"""A cover is compared with those proposed, nearest first, until this many show something else. Copies of one artwork
are nearer to each other than strangers are: 0.99 of those found with ten strangers are found with two."""

MAX_SKETCHES = 1024
"""Pictures kept to be compared again: 128 MiB."""

_MAX_VERDICTS = 65_536


class Comparison:
    """Compares fronts and remembers their pictures for a while. Safe to use from several threads at once.

    Args:
        max_sketches: pictures that are remembered, 128 KiB each.
    """

    def __init__(self, max_sketches: int = MAX_SKETCHES) -> None:
        self._sketch = lru_cache(max_sketches)(self._draw)
        self._unread: set[HashedCover] = set()
        self._same = lru_cache(_MAX_VERDICTS)(self._compare)

    def matches(self, cover: HashedCover, proposed: Sequence[HashedCover]) -> list[HashedCover] | None:
        """Those that show the cover's artwork; None if the cover cannot be read. Others that cannot be read are left
        out."""
        if not proposed:
            return []
        if self._sketch(cover) is None:
            return None
        return _matches(proposed, lambda other: self._same(*sorted((cover, other), key=lambda one: one.cover_id)))

    def matches_of_image(self, data: bytes, proposed: Sequence[HashedCover]) -> list[HashedCover]:
        """Those that show the artwork of an image that is not in the catalogue, given as the bytes of its file.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        if not proposed:
            return []
        content_hash = sha256(data).hexdigest()
        own = sketch(decode(data, reduce_to_px=SIDE_PX))

        def same(other: HashedCover) -> bool | None:
            if other.content_hash == content_hash:
                return True
            its = self._sketch(other)
            return None if its is None else show_one_artwork(own, its)

        return _matches(proposed, same)

    def sketch_of(self, cover: HashedCover) -> Sketch | None:
        """A front's picture to be compared; None if the file is gone, is not an image any more, or is another than the
        one that was added."""
        return self._sketch(cover)

    def elsewhere(self, covers: Iterable[HashedCover]) -> str | None:
        """Where the first of these covers is that could not be read because this host cannot see it (``out_of_sight``);
        None if there is none."""
        places = (out_of_sight(Path(cover.path)) for cover in covers if cover in self._unread)
        return next(filter(None, places), None)

    def same_under_other_titles(self, first: HashedCover, second: HashedCover) -> bool:
        """Whether two covers show one artwork although their albums have different titles."""
        if first.content_hash == second.content_hash:
            return True
        one, other = self._sketch(first), self._sketch(second)
        return one is not None and other is not None and is_same_under_other_titles(agreement(one, other))

    def _draw(self, cover: HashedCover) -> Sketch | None:
        drawn = _sketch(cover)
        if drawn is None:
            self._unread.add(cover)
        return drawn

    def _compare(self, first: HashedCover, second: HashedCover) -> bool | None:
        # Also if a picture is too plain for its points to decide.
        if first.content_hash == second.content_hash:
            return True
        one, other = self._sketch(first), self._sketch(second)
        return None if one is None or other is None else show_one_artwork(one, other)


def _matches(proposed: Sequence[HashedCover], same: Callable[[HashedCover], bool | None]) -> list[HashedCover]:
    found: list[HashedCover] = []
    strangers = 0
    for other in proposed:
        if strangers == MOST_STRANGERS:
            break
        verdict = same(other)
        if verdict:
            found.append(other)
        strangers += verdict is False
    return found


def _sketch(cover: HashedCover) -> Sketch | None:
    """None if the file is gone, is not an image any more, or is another than the one that was added."""
    try:
        data = read(Path(cover.path))
        if sha256(data).hexdigest() != cover.content_hash:
            return None
        return sketch(decode(data, reduce_to_px=SIDE_PX))
    except FileRejectedError:
        return None
