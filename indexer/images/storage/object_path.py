"""``s3://bucket/key`` as a path: what reads files by ``stat`` and ``open`` reads objects."""

import io
import os
import re
import sys
from contextlib import suppress
from pathlib import Path, PurePath
from typing import IO, Any, Self

from indexer.images.storage.copies import Copy, copies_in_use
from indexer.images.storage.errors import ObjectError, TooLargeError
from indexer.images.storage.stores import SCHEMES, Bucket, bucket
from indexer.images.storage.tree import Entry, Folder, entry_of, tree_of
from sleeve.errors import SourceError

if sys.platform == "win32":
    from pathlib import WindowsPath as _LocalPath
else:
    from pathlib import PosixPath as _LocalPath

_URL = re.compile(rf"({'|'.join(SCHEMES)}):[/\\]{{1,2}}(.*)", re.IGNORECASE | re.DOTALL)
_CHUNK_BYTES = 2**20
_TRIES = 2


class ObjectPath(_LocalPath):
    """An object, or a folder of objects. Its text is its URL.

    What is asked of the storage is kept for as long as the path is: a path from a listing knows size and version of its
    object without asking, and a folder is listed once. Opening fetches the object, unless there is a copy of it.
    """

    entry: Entry | None = None
    below: Folder | None = None
    archive: "ObjectPath | None" = None
    """The object that the path goes on past, if that is known."""

    def __str__(self) -> str:
        scheme, *names = self.parts or ("",)
        return f"{scheme}//{'/'.join(names)}" if scheme[:-1] in SCHEMES else "/".join(self.parts)

    def __truediv__(self, name: str | os.PathLike[str]) -> Self:
        path = super().__truediv__(name)
        path.archive = self.archive if self.entry is None else self
        return path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.parts

    @property
    def key(self) -> str:
        """The name in the bucket; empty for the bucket itself."""
        return "/".join(self.parts[2:])

    @property
    def bucket(self) -> Bucket:
        """The bucket or container.

        Raises:
            ObjectError: the path names none, or the environment does not say enough to ask it.
        """
        if len(self.parts) < 2:
            raise ObjectError("it names no bucket")
        return bucket(self.parts[0][:-1], self.parts[1])

    def is_absolute(self) -> bool:
        return True

    def absolute(self) -> Self:
        return self

    def tree(self) -> Folder:
        """What is below the folder.

        Raises:
            ObjectError: it cannot be listed.
        """
        if self.below is None:
            self.below = tree_of(self.bucket, self.key)
        return self.below

    def at(self, name: str, entry: Entry | None = None, below: Folder | None = None) -> "ObjectPath":
        """What a listing has in the folder."""
        path = self / name
        path.entry, path.below = entry, below
        return path

    def inside(self, name: str) -> "ObjectPath":
        """What a table in this folder calls ``name``; it may be in another folder of the bucket.

        Raises:
            SourceError: it leads out of the bucket, or no path can name it.
        """
        if is_object(name):
            return _object(name)
        names = list(self.parts[2:])
        for part in name.replace("\\", "/").split("/"):
            if part == "..":
                names = names[:-1] if names else [part]
            elif part != ".":
                names.append(part)
        return _object(f"{self.parts[0]}//{'/'.join((self.parts[1], *names))}")

    def is_file(self) -> bool:
        """Whether there is such an object.

        Raises:
            ObjectError: the storage cannot be asked.
        """
        if not self.key or (self.below and (self.below.files or self.below.folders)):
            return False
        try:
            return self.seen() is not None
        except FileNotFoundError:
            return False

    def is_dir(self) -> bool:
        """Whether it is no object, and there are objects below it.

        Raises:
            ObjectError: the storage cannot be asked.
        """
        if self.entry is not None:
            return False
        tree = self.tree()
        return bool(tree.files or tree.folders or tree.fault)

    def exists(self) -> bool:
        """Whether there is an object, or one below.

        Raises:
            ObjectError: the storage cannot be asked.
        """
        return self.is_file() or self.is_dir()

    def seen(self) -> Entry:
        """Size and version of the object.

        Raises:
            FileNotFoundError: there is none.
            ObjectError: the storage cannot be asked.
        """
        if self.entry is None:
            self.entry = entry_of(self.bucket.head(self.key))
        return self.entry

    def look_up(self, path: "ObjectPath") -> "ObjectPath | None":
        """A path below this folder as the folder's listing has it; None if it is not there. Where a part of the listing
        is missing, the path comes back without an entry.

        Raises:
            ObjectError: the folder cannot be listed.
        """
        folder = self.tree()
        *folders, name = path.parts[len(self.parts) :]
        for inner in folders:
            if folder.fault:
                return path
            if inner not in folder.folders:
                return None
            folder = folder.folders[inner]
        path.entry = folder.files.get(name)
        return path if path.entry or folder.fault else None

    def fetched(self, max_bytes: int | None = None) -> Path:
        """The copy of the object, fetched if there is none: of the version that this path knows, else of any.

        Raises:
            TooLargeError: it is larger than that, or than all copies may be; it is not fetched.
            FileNotFoundError: there is no such object.
            ObjectError: it cannot be fetched, or the copy cannot be written.
        """
        copies = copies_in_use()
        url = str(self)
        if found := copies.of(url, self.entry and self.entry.version):
            return found.path
        most = min(copies.max_bytes, copies.max_bytes if max_bytes is None else max_bytes)
        if self.entry is not None:
            _check(self.entry, most)
        meta, result = self.bucket.get(self.key)
        # It may be newer than the listing.
        self.entry = entry_of(meta)
        _check(self.entry, most)
        return copies.keep(url, self.entry.version, meta.size_bytes, self.bucket.chunks(result, _CHUNK_BYTES)).path

    def opened(self, max_bytes: int | None = None, mode: str = "rb", **how: Any) -> IO[Any]:
        """A copy, open for reading; raises as ``fetched``."""
        for _ in range(_TRIES):
            copy = self.fetched(max_bytes)
            with suppress(FileNotFoundError):  # it made room for another one
                return copy.open(mode, **how)
        raise ObjectError("there is no room for its copy; SLEEVE_OBJECTS_MB says how much there is")

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """That of a copy."""
        with self.opened() as file:
            return os.fstat(file.fileno())

    def open(  # type: ignore[override]
        self,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> IO[Any]:
        """A copy, open for reading."""
        if set(mode) & set("wax+"):
            raise io.UnsupportedOperation("objects are only read")
        return self.opened(None, mode, buffering=buffering, encoding=encoding, errors=errors, newline=newline)


def located(path: PurePath | str) -> Path:
    """The path that a text names, in object storage or in the file system.

    Raises:
        SourceError: it is a URL of object storage with a key that no path can name.
    """
    if isinstance(path, ObjectPath):
        return path
    found = _URL.fullmatch(str(path))
    if found is None:
        return Path(path)
    scheme, rest = found[1].lower(), found[2].rstrip("/")
    names = rest.replace("\\", "/").split("/") if isinstance(path, PurePath) else rest.split("/")
    if any(name in {"", ".", ".."} or not name.isprintable() for name in names):
        raise SourceError(
            f"{path!s} names no object: nothing between two slashes, `.`, `..` or signs that do not print"
        )
    return ObjectPath(f"{scheme}:", *names)


def _object(url: str) -> ObjectPath:
    found = located(url)
    assert isinstance(found, ObjectPath)
    return found


def is_object(path: PurePath | str) -> bool:
    """Whether a path or text names something in object storage."""
    return isinstance(path, ObjectPath) or _URL.fullmatch(str(path)) is not None


def copy_of(path: ObjectPath) -> Copy | None:
    """The copy that there is of an object, of whatever version."""
    return copies_in_use().of(str(path))


def _check(entry: Entry, max_bytes: int) -> None:
    if entry.size_bytes > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> TooLargeError:
    return TooLargeError(f"over {max_bytes:,} bytes")
