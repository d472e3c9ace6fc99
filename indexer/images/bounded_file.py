"""A file for libraries that parse what strangers wrote: they may read so much of it, so often, and no more."""

import errno
import io
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self


class OverBudgetError(OSError):
    """The file would cost more than it may; an ``OSError``, because parsing libraries let those through."""


class BoundedFile:
    """A regular file, open for reading in binary, that raises ``OverBudgetError`` when its budget is spent.

    Args:
        path: a regular file.
        max_bytes: how much may be read in all.
        max_calls: how many reads and seeks there may be; a parser that loops ends here.

    Raises:
        OSError: the file cannot be opened, or is not a regular file.
    """

    def __init__(self, path: Path, *, max_bytes: int, max_calls: int) -> None:
        self.name = str(path)
        # Opening a pipe waits for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        self._file = path.open("rb")
        self._size_bytes = os.fstat(self._file.fileno()).st_size
        self._bytes_left = max_bytes
        self._calls_left = max_calls

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def size_bytes(self) -> int:
        """How large the file is."""
        return self._size_bytes

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, all that are left for -1."""
        self._spend_call()
        left = max(0, self._size_bytes - self._file.tell())
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > self._bytes_left:
            raise OverBudgetError("its tables are too large")
        data = self._file.read(wanted)
        self._bytes_left -= len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._spend_call()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _spend_call(self) -> None:
        self._calls_left -= 1
        if self._calls_left < 0:
            raise OverBudgetError("its tables have too many parts")
