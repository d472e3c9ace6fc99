"""Writing the picture of the front into a music file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.images.audio.opening import open_tags
from indexer.images.audio.pictures import pictures
from indexer.images.audio.tag_writing import change_splices, splice_file
from indexer.images.audio.tags import Tags, read_tags
from indexer.images.audio.writing.picture_change import FrontPicture
from indexer.images.audio.writing.splices import Splice
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side


def read_front(path: Path) -> bytes | None:
    """The picture that shows the front; None if there is none.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    return next(iter(pictures(open_tags(path)).get(Side.FRONT, ())), None)


def picture_splices(path: Path, picture: FrontPicture) -> list[Splice]:
    """The pieces of a file to change so that a picture is its front.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    return change_splices(path, picture)


def splice_picture(path: Path, picture: FrontPicture, splices: Sequence[Splice]) -> None:
    """Change pieces of a file, if a picture is its front and its other pictures and tags are as before from then on.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, BAD_TAGS, or CHANGED if the pieces are not those of the file; the file
            is as it was.
    """
    before, others = _other_tags(path, path), _pictures(path, path)
    others.subtract([picture.old] if picture.old is not None else [])
    others[picture.new] += 1

    def check(fresh: Path) -> None:
        shown = pictures(open_tags(fresh, named=path)).get(Side.FRONT, [b""])
        if shown[0] != picture.new:
            raise FileRejectedError(Rejection.BAD_TAGS, "the picture does not read back as it was written")
        if _other_tags(fresh, path) != before or _pictures(fresh, path) != others:
            raise FileRejectedError(Rejection.BAD_TAGS, "its other tags and pictures would not stay as they are")

    splice_file(path, splices, check)


def _other_tags(path: Path, named: Path) -> Tags:
    return replace(read_tags(path, named=named), picture=None, sides=frozenset(), in_latin1=frozenset())


def _pictures(path: Path, named: Path) -> Counter[bytes]:
    return Counter(data for shown in pictures(open_tags(path, named=named)).values() for data in shown)
