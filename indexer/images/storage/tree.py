"""What is below a folder of a bucket, as a tree. Object storage has no folders: a slash in a key makes one."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from indexer.images.storage.errors import BadKeyError, ObjectError
from indexer.images.storage.stores import Bucket, Found

MAX_OBJECTS = 1_000_000
"""Objects below one folder; a listing of so many takes about 700 MiB, if there are ten in each folder."""


class Entry(NamedTuple):
    """An object: how large it is, and a mark that changes with its bytes."""

    size_bytes: int
    version: str


def entry_of(found: Found) -> Entry:
    """What a listing or an answer says of an object. Stores without ETags are known by the size alone."""
    return Entry(found.size_bytes, sha256(f"{found.tag}/{found.size_bytes}".encode()).hexdigest()[:32])


@dataclass(slots=True)
class Folder:
    """What is in a folder, by name.

    Attributes:
        fault: why it could not be listed; empty if it was.
    """

    files: dict[str, Entry] = field(default_factory=dict)
    folders: dict[str, "Folder"] = field(default_factory=dict)
    fault: str = ""

    def count(self) -> int:
        """How many objects there are, at any depth."""
        return len(self.files) + sum(folder.count() for folder in self.folders.values())

    def inner(self, names: list[str]) -> "Folder":
        """The folder of these names below it, made if it is missing."""
        found = self
        for name in names:
            found = found.folders.setdefault(name, Folder())
        return found


def tree_of(bucket: Bucket, prefix: str) -> Folder:
    """All that is below a folder. Where a key cannot be named, that folder has a fault and the others are listed.

    Raises:
        ObjectError: the bucket cannot be listed, or has too many objects there.
    """
    root, count = Folder(), 0
    try:
        for found in bucket.listed(prefix):
            count += 1
            _count(count, bucket, prefix)
            _put(root, prefix, found)
    except BadKeyError:
        root = Folder()
        _look(root, bucket, prefix, 0)
    return root


def _look(folder: Folder, bucket: Bucket, prefix: str, count: int) -> int:
    """List folder by folder, which takes a request for each."""
    try:
        objects, below = bucket.in_folder(prefix)
    except BadKeyError as error:
        folder.fault = f"its listing ends at a key that Sleeve cannot name: {error.strerror}"
        return count
    for found in objects:
        _put(folder, prefix, found)
    count += len(objects)
    _count(count, bucket, prefix)
    for path in below:
        count = _look(folder.inner([path.rpartition("/")[2]]), bucket, path, count)
    return count


def _put(root: Folder, prefix: str, found: Found) -> None:
    if found.key == prefix:
        return  # the mark that some programs make of a folder
    below = found.key[len(prefix) :].removeprefix("/") if prefix else found.key
    *folders, name = below.split("/")
    root.inner(folders).files[name] = entry_of(found)


def _count(count: int, bucket: Bucket, prefix: str) -> None:
    if count > MAX_OBJECTS:
        where = f"{bucket.scheme}://{bucket.name}/{prefix}".rstrip("/")
        raise ObjectError(f"over {MAX_OBJECTS:,} objects are below {where}; name its folders one by one")
