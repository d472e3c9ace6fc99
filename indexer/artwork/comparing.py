"""A front and those proposed for it → those that show the same artwork, told by their pixels."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from db.records import FrontCover
from indexer.artwork.geometry import SIDE_PX, Sketch, sketch
from indexer.artwork.verdict import show_one_artwork
from indexer.images.decoding import decode, read
from sleeve.errors import FileRejectedError

MOST_STRANGERS = 2
"""A cover is compared with those proposed, nearest first, until so many show something else. Copies of one artwork are
nearer to each other than strangers are: 0.99 of those found with ten strangers are found with two."""

MAX_SKETCHES = 1024
"""Pictures kept to be compared again: 128 MiB."""

_MAX_VERDICTS = 65_536


class Comparison:
    """Compares fronts and remembers their pictures for a while. Safe to use from several threads at once."""

    def __init__(self) -> None:
        self._sketch = lru_cache(MAX_SKETCHES)(_sketch)
        self._same = lru_cache(_MAX_VERDICTS)(self._compare)

    def matches(self, cover: FrontCover, proposed: Sequence[FrontCover]) -> list[FrontCover] | None:
        """Those that show the cover's artwork; None where that cannot be told because the cover cannot be read.

        One that cannot be read is passed over.
        """
        if not proposed:
            return []
        if self._sketch(cover) is None:
            return None
        found: list[FrontCover] = []
        strangers = 0
        for other in proposed:
            if strangers == MOST_STRANGERS:
                break
            same = self._same(*sorted((cover, other), key=lambda one: one.cover_id))
            if same:
                found.append(other)
            strangers += same is False
        return found

    def _compare(self, first: FrontCover, second: FrontCover) -> bool | None:
        # Also where a picture is too plain for its points to tell anything.
        if first.content_hash == second.content_hash:
            return True
        one, other = self._sketch(first), self._sketch(second)
        return None if one is None or other is None else show_one_artwork(one, other)


def _sketch(cover: FrontCover) -> Sketch | None:
    """None where the file is gone, is no image any more, or is another than the one that was added."""
    try:
        data = read(Path(cover.path))
        if sha256(data).hexdigest() != cover.content_hash:
            return None
        return sketch(decode(data, reduce_to_px=SIDE_PX))
    except FileRejectedError:
        return None
