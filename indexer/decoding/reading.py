"""Path → bytes, never more than asked for, and never from something that is not a file."""

import stat
from pathlib import Path

from db.errors import ImageRejectedError
from db.vocabulary import Rejection
from indexer.decoding.limits import DEFAULT_LIMITS, DecodingLimits


def read(path: Path, limits: DecodingLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a regular file, links followed.

    Raises:
        ImageRejectedError: MISSING, UNREADABLE (no permission, a folder, a pipe, a device), EMPTY or TOO_MANY_BYTES.
    """
    try:
        status = path.stat()
        # Looked at before it is opened: opening a pipe waits for its other end, opening a device can act on it.
        if not stat.S_ISREG(status.st_mode):
            raise ImageRejectedError(Rejection.UNREADABLE, "a folder" if path.is_dir() else "not a regular file")
        if status.st_size > limits.max_bytes:
            raise _too_many(limits)
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageRejectedError(Rejection.MISSING) from error
    except OSError as error:
        raise ImageRejectedError(Rejection.UNREADABLE, error.strerror or "") from error
    except ValueError as error:  # a NUL, or a character that the file system cannot write
        raise ImageRejectedError(Rejection.UNREADABLE, "not a possible file name") from error
    if not data:
        raise ImageRejectedError(Rejection.EMPTY)
    if len(data) > limits.max_bytes:
        raise _too_many(limits)
    return data


def _too_many(limits: DecodingLimits) -> ImageRejectedError:
    return ImageRejectedError(Rejection.TOO_MANY_BYTES, f"over {limits.max_bytes:,} bytes")
