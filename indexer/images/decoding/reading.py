"""Path → bytes, never more than asked for, and never from something that is not a file.

A cover's path may go on past a file: ``/music/black metal.zip/a.jpg`` is a member of an archive,
``/music/1.flac/front`` a picture in a track, ``s3://bucket/a.zip/1.jpg`` a member of an object. Whoever has a cover's
path gets its bytes here.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from indexer.images.archive import ARCHIVE_SUFFIXES, contents, find, read_member
from indexer.images.audio import AUDIO_SUFFIXES
from indexer.images.decoding.limits import DEFAULT_LIMITS, DecodingLimits
from indexer.images.storage import ObjectError, ObjectPath, TooLargeError, copy_of, is_object, located
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Rejection

_NO_OBJECT = ".sleeve"
"""The key of no object, to be asked for."""

_DISPLACED = re.compile(r"was-\d+")
"""Ends the path of a cover whose file shows another one now (``db.registration``)."""

_TOP_PARTS = 3
"""Scheme, bucket and the first folder."""


def read(path: Path, limits: DecodingLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a regular file (links followed), of an object, of an archive's member or of a track's picture.

    Raises:
        FileRejectedError: MISSING, UNREADABLE (no permission, a folder, a pipe, a device), EMPTY or TOO_MANY_BYTES;
            inside a file also BAD_ARCHIVE, ARCHIVE_TOO_LARGE, NESTED_ARCHIVE, ENCRYPTED, UNSAFE_NAME and BAD_TAGS;
            of object storage also NOT_FETCHED.
    """
    if is_object(path):
        return _read_object(_as_object(path), limits)
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
    return _checked(data, limits)


def version_of(path: Path, *, ask: bool) -> str | None:
    """The mark of the object that a path leads to or into, which changes with its bytes; None for a file.

    Args:
        ask: of an object that no listing named and that nobody fetched; else that is None too.

    Raises:
        FileRejectedError: MISSING or NOT_FETCHED.
    """
    if not isinstance(path, ObjectPath):
        return None
    with _as_rejection():
        archive = None if path.entry else archive_around(path)
        if archive is not None and (ask or archive.entry):
            with suppress(FileNotFoundError):  # a folder that is called like an archive
                version = archive.seen().version
                path.archive = archive
                return version
        elif archive is not None and (copy := copy_of(archive)):
            return copy.version
        if path.entry or ask:
            return path.seen().version
    return None


def file_holding(path: Path) -> Path:
    """The file that a path leads to or into; the path itself if there is none."""
    return path if path.exists() else _holder(path) or path


def written_since(path: Path, time_s: float) -> bool:
    """Whether a cover's file, or the one that its path leads into, was written to after a time.

    An object is only looked at when it is added.

    Raises:
        OSError: there is no such file.
    """
    if is_object(path):
        return False
    return file_holding(path).stat().st_mtime > time_s


def present(path: Path | str) -> bool:
    """Whether a path that the catalogue knows still leads to something, as far as object storage can be asked."""
    return _leads_to_something(path, lambda archive, name: find(archive, name) is not None)


def present_as(path: Path | str, encoding: str | None) -> bool:
    """The same, where the names of archives are what they are in this encoding, or by a guess without it."""
    return _leads_to_something(path, lambda archive, name: name in contents(archive, encoding).members)


def _leads_to_something(path: Path | str, is_in: Callable[[Path, str], bool]) -> bool:
    at = Path(path)
    try:
        if is_object(path):
            found = _as_object(path if isinstance(path, ObjectPath) else at)
            with _as_rejection():
                archive = archive_around(found)
                if archive is None or not archive.is_file():
                    return found.is_file()
                return is_in(archive, found.relative_to(archive).as_posix())
        if at.exists():
            return True
        holder = _holder(at)
        if holder is None:
            return False
        name = at.relative_to(holder).as_posix()
        if _is_archive(holder):
            return is_in(holder, name)
        return bool(_read_inside(holder, name, DEFAULT_LIMITS))
    except FileRejectedError as error:
        return error.reason is Rejection.NOT_FETCHED


def out_of_sight(path: Path) -> str | None:
    """The folder or bucket on the way to a cover that this host does not have, as the beginning of the paths in it.

    None if it is the cover itself that is missing. Of folders it is the topmost one; a bucket is one that does not let
    this host ask for an object.
    """
    if is_object(path):
        found = _as_object(path)
        try:
            found.bucket.head(_NO_OBJECT)
        except FileNotFoundError:
            return None
        except ObjectError:
            return f"{found.parts[0]}//{found.parts[1]}/"
        return None
    top = next((parent for parent in reversed(path.parents) if not parent.exists()), None)
    if top is None or top.suffix.lower() in ARCHIVE_SUFFIXES | AUDIO_SUFFIXES or _DISPLACED.fullmatch(path.name):
        return None
    return f"{top}{os.sep}"


class Listings:
    """Which objects there are, by listing each folder at the top of a bucket once instead of asking for each object."""

    def __init__(self) -> None:
        self._tops: dict[ObjectPath, ObjectPath] = {}

    def has(self, path: str) -> bool:
        """Whether a path leads to or into an object.

        Raises:
            ObjectError: the storage cannot be listed.
        """
        found = _as_object(Path(path))
        holder = archive_around(found)
        if holder is not None and self._has(holder):
            return present(found)
        return self._has(found)

    def _has(self, path: ObjectPath) -> bool:
        top = next((parent for parent in path.parents if len(parent.parts) == _TOP_PARTS), None)
        if top is None:
            return path.is_file()
        return self._tops.setdefault(top, top).look_up(path) is not None


def _read_object(path: ObjectPath, limits: DecodingLimits) -> bytes:
    with _as_rejection():
        holder = archive_around(path)
        if holder is not None and (copy_of(holder) or holder.is_file()):
            return read_member(holder, path.relative_to(holder).as_posix(), limits.max_bytes)
        with path.opened(limits.max_bytes) as file:
            return _checked(file.read(limits.max_bytes + 1), limits)


def _as_object(path: Path) -> ObjectPath:
    try:
        found = located(path)
    except SourceError as error:
        raise FileRejectedError(Rejection.UNREADABLE, str(error)) from error
    assert isinstance(found, ObjectPath)
    return found


def archive_around(path: ObjectPath) -> ObjectPath | None:
    """The object that a path seems to lead into, by its name."""
    return path.archive or next((parent for parent in reversed(path.parents) if _is_archive(parent)), None)


@contextmanager
def _as_rejection() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileRejectedError(Rejection.MISSING) from error
    except TooLargeError as error:
        raise FileRejectedError(Rejection.TOO_MANY_BYTES, error.strerror) from error
    except ObjectError as error:
        raise FileRejectedError(Rejection.NOT_FETCHED, error.strerror) from error
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or "") from error


def _checked(data: bytes, limits: DecodingLimits) -> bytes:
    if not data:
        raise FileRejectedError(Rejection.EMPTY)
    if len(data) > limits.max_bytes:
        raise _too_many(limits)
    return data


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
