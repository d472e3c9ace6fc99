"""Going through a tree of folders: what is in each, what is not looked into, and which links are followed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from db.records import OtherFiles, RejectedFile
from indexer.images.storage import Folder, ObjectError, ObjectPath
from indexer.sources.file_names import absolute
from indexer.sources.other_files import FOLDER_MARKS, LINKS, files_below, ignored_as
from sleeve.vocabulary import Rejection


@dataclass(slots=True)
class Contents:
    """What is in one folder, by name.

    Attributes:
        left: what is not looked into, and the folder itself if it cannot be read.
    """

    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    left: list[OtherFiles | RejectedFile] = field(default_factory=list)


class Walk:
    """One way through a tree. A link to a folder is followed unless that folder is read anyway, so no way is a circle.

    Args:
        root: the folder that was named.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._behind_links: set[str] = set()

    def look(self, folder: Path) -> Contents:
        """What is in a folder of the tree."""
        if isinstance(folder, ObjectPath):
            return _objects_in(folder)
        found = Contents()
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            why = error.strerror or str(error)
            found.left.append(RejectedFile(str(folder), str(absolute(folder)), Rejection.UNREADABLE_FOLDER, why))
            return found
        is_linked = bool(self._behind_links) and os.path.realpath(folder) in self._behind_links
        for entry in entries:
            kind = ignored_as(entry.name)
            if kind:
                found.left += _counted(folder, entry, kind)
            elif not entry.is_dir():
                found.files.append(Path(entry.path))
            elif (is_linked or entry.is_symlink()) and not self._is_new(entry):
                found.left.append(OtherFiles(str(absolute(folder)), LINKS))
            else:
                found.folders.append(Path(entry.path))
        return found

    def _is_new(self, entry: "os.DirEntry[str]") -> bool:
        """Whether a folder behind a link is neither in the tree, nor around it, nor behind a link before."""
        real = os.path.realpath(entry.path)
        if real in self._behind_links or _holds(self._root, real) or _holds(real, self._root):
            return False
        self._behind_links.add(real)
        return True


def _objects_in(folder: ObjectPath) -> Contents:
    found = Contents()
    try:
        listed = folder.tree()
    except ObjectError as error:
        listed = Folder(fault=error.strerror)
    if listed.fault:
        found.left.append(RejectedFile(str(folder), str(folder), Rejection.UNREADABLE_FOLDER, listed.fault))
    for name in sorted(listed.files.keys() | listed.folders.keys()):
        entry, below = listed.files.get(name), listed.folders.get(name)
        files = bool(entry) + (below.count() if below else 0)
        if kind := ignored_as(name):
            found.left.append(OtherFiles(str(folder), kind, files))
            continue
        if below is not None:
            found.folders.append(folder.at(name, below=below))
        if entry is None:
            continue
        if entry.size_bytes or "." in name:
            found.files.append(folder.at(name, entry))
        else:
            found.left.append(OtherFiles(str(folder), FOLDER_MARKS))
    return found


def _counted(folder: Path, entry: "os.DirEntry[str]", kind: str) -> list[OtherFiles]:
    files = files_below(entry.path) if entry.is_dir(follow_symlinks=False) else 1
    return [OtherFiles(str(absolute(folder)), kind, files)] if files else []


def _holds(folder: str, path: str) -> bool:
    return (path + os.sep).startswith(folder.rstrip(os.sep) + os.sep)


def all_below(walk: Walk, folder: Path) -> Iterator[Contents]:
    """The contents of a folder and of all below it, each folder's before those of the folders in it."""
    found = walk.look(folder)
    yield found
    for below in found.folders:
        yield from all_below(walk, below)
