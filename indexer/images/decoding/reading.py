"""Path → bytes, never more than asked for, and never from something that is not a file.

A cover's path may go on past a file: ``/music/black metal.zip/a.jpg`` is a member of an archive,
``/music/1.flac/front`` a picture in a track. Whoever has a cover's path gets its bytes here.
"""

import stat
from collections.abc import Callable
from pathlib import Path

from indexer.images.archive import ARCHIVE_SUFFIXES, contents, find, read_member
from indexer.images.audio import AUDIO_SUFFIXES
from indexer.images.decoding.limits import DEFAULT_LIMITS, DecodingLimits
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection


def read(path: Path, limits: DecodingLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a regular file (links followed), of an archive's member or of a track's picture.

    Raises:
        FileRejectedError: MISSING, UNREADABLE (no permission, a folder, a pipe, a device), EMPTY or TOO_MANY_BYTES;
            inside a file also BAD_ARCHIVE, ARCHIVE_TOO_LARGE, NESTED_ARCHIVE, ENCRYPTED, UNSAFE_NAME and BAD_TAGS.
    """
    try:
        status = path.stat()
        # Looked at before it is opened: opening a pipe waits for its other end, opening a device can act on it.
        if not stat.S_ISREG(status.st_mode):
            raise FileRejectedError(Rejection.UNREADABLE, "a folder" if path.is_dir() else "not a regular file")
        if status.st_size > limits.max_bytes:
            raise _too_many(limits)
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        holder = _holder(path)
        if holder is None:
            raise FileRejectedError(Rejection.MISSING) from error
        data = _read_inside(holder, path.relative_to(holder).as_posix(), limits)
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or "") from error
    except ValueError as error:  # a NUL, or a character that the file system cannot write
        raise FileRejectedError(Rejection.UNREADABLE, "not a possible file name") from error
    if not data:
        raise FileRejectedError(Rejection.EMPTY)
    if len(data) > limits.max_bytes:
        raise _too_many(limits)
    return data


def file_holding(path: Path) -> Path:
    """The file that a path leads to or into; the path itself if there is none."""
    return path if path.exists() else _holder(path) or path


def present(path: str) -> bool:
    """Whether a path that the catalogue knows still leads to something."""
    return _leads_to_something(path, lambda archive, name: find(archive, name) is not None)


def present_as(path: str, encoding: str | None) -> bool:
    """The same, where the names of archives are what they are in this encoding, or by a guess without it."""
    return _leads_to_something(path, lambda archive, name: name in contents(archive, encoding).members)


def _leads_to_something(path: str, is_in: Callable[[Path, str], bool]) -> bool:
    located = Path(path)
    if located.exists():
        return True
    holder = _holder(located)
    if holder is None:
        return False
    name = located.relative_to(holder).as_posix()
    try:
        if _is_archive(holder):
            return is_in(holder, name)
        return bool(_read_inside(holder, name, DEFAULT_LIMITS))
    except FileRejectedError:
        return False


def _holder(path: Path) -> Path | None:
    """The file that a path goes on past, if there is one."""
    for parent in path.parents:
        if parent.is_file():
            return parent
        if parent.is_dir():
            return None
    return None


def _read_inside(holder: Path, name: str, limits: DecodingLimits) -> bytes:
    if _is_archive(holder):
        return read_member(holder, name, limits.max_bytes)
    if holder.suffix.lower() in AUDIO_SUFFIXES:
        # Parsing tags takes a library that few covers need.
        from indexer.images.audio.pictures import read_picture

        return read_picture(holder, name, limits.max_bytes)
    raise FileRejectedError(Rejection.MISSING)


def _is_archive(holder: Path) -> bool:
    return holder.suffix.lower() in ARCHIVE_SUFFIXES


def _too_many(limits: DecodingLimits) -> FileRejectedError:
    return FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {limits.max_bytes:,} bytes")
