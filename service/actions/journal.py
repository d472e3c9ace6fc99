"""Journals: what a command is about to change of a person's files, each on the disk before it is changed."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from indexer.files import locked
from indexer.home import Home
from sleeve.errors import BusyError, FileRejectedError, OutputError, SourceError
from sleeve.vocabulary import Rejection

MAX_JOURNAL_LINE = 64 * 2**20
"""What undoes one file, in bytes."""

_RECORD_BEGINS = b'{"file": '

Record = TypeVar("Record")


class Journal:
    """A journal that is being written.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    def write(self, record: dict[str, Any]) -> None:
        """Put a record on the disk; its first key is ``file``.

        Raises:
            FileRejectedError: TOO_MANY_BYTES; nothing was written.
            OSError: the disk refuses; the journal is as it was.
        """
        line = json.dumps(record).encode() + b"\n"
        if len(line) > MAX_JOURNAL_LINE:
            raise FileRejectedError(Rejection.TOO_MANY_BYTES, "too much of it would change to be undone")
        start = self._file.tell()
        try:
            left = memoryview(line)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.seek(start)
            self._file.truncate()
            raise


@contextmanager
def new_journal(folder: Path, command: str) -> Iterator[Journal]:
    """A new journal of ``sleeve COMMAND``, named by the time.

    Raises:
        OutputError: it cannot be written.
    """
    path = folder / f"{command}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Unbuffered, so that what the disk refused is not written later.
        with path.open("xb", buffering=0) as file:
            yield Journal(path, file)
    except OSError as error:
        raise OutputError(f"the journal {path} cannot be written: {error.strerror}") from error


def writing_music(home: Home) -> AbstractContextManager[None]:
    """Held while music files or covers next to them are written: one run at a time.

    Raises:
        BusyError: another run holds it.
    """
    return locked(home.music_lock, BusyError("another run writes music files; wait until it is done"))


def records_backwards(path: Path, command: str, parse: Callable[[Any], Record]) -> Iterator[Record]:
    """The records of a journal, the last one first; all of them can be read, or none is returned.

    The last one may be cut off: its file was not changed yet, and it is left out.

    Args:
        parse: a record from its JSON; raises ValueError, LookupError, TypeError or AttributeError if it is none.

    Raises:
        SourceError: the journal cannot be read, or is not one of ``sleeve COMMAND``.
    """
    places: list[int] = []
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_JOURNAL_LINE):
                if _is_cut_off(line):
                    break
                parse(json.loads(line))
                places.append(file.tell() - len(line))
            for place in reversed(places):
                file.seek(place)
                yield parse(json.loads(file.readline(MAX_JOURNAL_LINE)))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(f"{path} is not a journal of `sleeve {command}`") from error


def _is_cut_off(line: bytes) -> bool:
    if line.endswith(b"\n") or not line.startswith(_RECORD_BEGINS):
        return False
    try:
        json.loads(line)
    except ValueError:
        return True
    return False
