"""Changes of a file as pieces that take the place of others, and how they are undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from indexer.images.bounded_file import BoundedFile

_COPY_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Splice:
    """At this place of a file, ``new`` takes the place of ``old``."""

    at: int
    old: bytes
    new: bytes


def bytes_at(file: BoundedFile, at: int, size: int) -> bytes:
    """A piece of a file.

    Raises:
        ValueError: the file ends before.
    """
    file.seek(at)
    data = file.read(size)
    if at < 0 or size < 0 or len(data) < size:
        raise ValueError("a part of its tags is behind its end")
    return data


def joined(splices: Iterable[Splice]) -> list[Splice]:
    """The splices in the order of the file, without what they leave as it is.

    Raises:
        ValueError: two of them overlap.
    """
    found: list[Splice] = []
    for splice in sorted(map(_trimmed, splices), key=lambda splice: splice.at):
        if found and splice.at < found[-1].at + len(found[-1].old):
            raise ValueError("two changes of its tags overlap")
        if splice.old != splice.new:
            found.append(splice)
    return found


def inverse(splices: Sequence[Splice]) -> list[Splice]:
    """What undoes splices that were applied, in the order of the file."""
    found, moved = [], 0
    for splice in splices:
        found.append(Splice(splice.at + moved, splice.new, splice.old))
        moved += len(splice.new) - len(splice.old)
    return found


def apply(splices: Sequence[Splice], source: Path, target: Path) -> None:
    """Write a file with its pieces replaced into another one, which is overwritten.

    Raises:
        ValueError: the file is another one than the splices were made for.
        OSError: the disk refuses.
    """
    with source.open("rb") as before, target.open("r+b") as after:
        for splice in splices:
            _copy(before, after, splice.at - before.tell())
            if before.read(len(splice.old)) != splice.old:
                raise ValueError("it was changed since")
            after.write(splice.new)
        copyfileobj(before, after, _COPY_BYTES)
        after.truncate()


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size > 0 and (data := source.read(min(size, _COPY_BYTES))):
        target.write(data)
        size -= len(data)


def _trimmed(splice: Splice) -> Splice:
    begins = _alike(splice.old, splice.new)
    old, new = splice.old[begins:], splice.new[begins:]
    ends = _alike(old[::-1], new[::-1])
    return Splice(splice.at + begins, old[: len(old) - ends], new[: len(new) - ends])


def _alike(first: bytes, second: bytes) -> int:
    """How many bytes two begin with in common."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[:middle] == second[:middle] else (low, middle - 1)
    return low
