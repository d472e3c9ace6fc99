"""Versions in folders of one home, each read or mapped by every process that searches it."""

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from db import index_versions
from db.database import Database
from db.records import BundleRecord, IndexVersionRecord
from indexer.files import replacing
from indexer.progress import Progress
from indexer.vector_index import building, folder
from indexer.vector_index.building import Batch
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.searchable import SearchableIndex
from indexer.vector_index.shelf import Pruned, VersionShelf
from sleeve.errors import VectorIndexError

_FOLDER = re.compile(rf"(\.writing-)?\d{{8}}T\d{{12}}-({'|'.join(IndexKind)})(-[0-9a-f]{{8}})?")
"""A version's folder, finished or not. Others next to it are not Sleeve's."""


class FolderShelf(VersionShelf):
    """The versions of one home, each in a folder of its own below ``folder``.

    The id of the home is in a file next to that folder. It is made with the first version, and survives the folder.
    """

    extends = True

    extended_at_once = 1_000
    """This takes a tenth of a second."""

    least_drift = 0
    leftovers = None

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._owner_file = folder.with_name(f"{folder.name}.id")
        self._owner = ""

    @property
    def owner(self) -> str:
        """The id of this home, 32 hexadecimal digits; empty as long as it has made no version under one."""
        if not self._owner:
            with suppress(FileNotFoundError):
                self._owner = self._owner_file.read_text(encoding="ascii").strip()
        return self._owner

    def with_owner(self) -> str:
        """The id of this home, made if it has none."""
        if not self.owner:
            try:
                with replacing(self._owner_file) as fresh:
                    fresh.write_text(f"{uuid4().hex}\n", encoding="ascii")
            except OSError as error:
                raise VectorIndexError(f"{self._owner_file} cannot be written: {error.strerror}") from error
        return self.owner

    def alone(self) -> AbstractContextManager[None]:
        """Nothing: whoever changes them holds ``indexer.jobs.running.one_at_a_time``."""
        return nullcontext()

    def kind_for(self, count: int, at_least: IndexKind | None) -> IndexKind:
        """The kind that suits a number of vectors, or ``at_least`` if that is a kind for more."""
        return building.kind_for(count, at_least=at_least)

    def open(self, record: IndexVersionRecord) -> SearchableIndex:
        """Check a version's files and open them."""
        return folder.open_folder(self._folder / record.folder, expected_fingerprint=record.bundle.fingerprint)

    def arguments(self, record: IndexVersionRecord) -> dict[str, int]:
        """What its manifest says; empty if that cannot be read."""
        try:
            return folder.read_manifest(self._folder / record.folder).arguments
        except VectorIndexError:
            return {}

    def stamp(self, record: IndexVersionRecord) -> tuple[object, ...]:
        """What changes when somebody deletes, replaces or writes to a version's files; they are not read."""
        return folder.stamp(self._folder / record.folder)

    def build(
        self, bundle: BundleRecord, kind: IndexKind, batches: Iterable[Batch], *, expected: int = 0
    ) -> SearchableIndex:
        """Build an index in memory."""
        return building.build(kind, bundle.dimension, batches, expected=expected)

    def extended(self, live: IndexVersionRecord, batches: Iterable[Batch], gone: NDArray[np.int64]) -> SearchableIndex:
        """Read a version into memory and change it there."""
        index = building.load(self._folder / live.folder, live.bundle.dimension)
        index.remove(gone)
        for ids, vectors in batches:
            index.add(ids, vectors)
        return index

    def keep(self, index: SearchableIndex, bundle: BundleRecord, recall: float) -> str:
        """Write an index into a new folder."""
        assert isinstance(index, VectorIndex)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{index.kind}"
        folder.write(index, self._folder / name, fingerprint=bundle.fingerprint, recall=recall)
        return name

    def own_names(self) -> list[str]:
        """The folders that are here."""
        return [path.name for path in self._folder.iterdir()]

    def promoted(self, record: IndexVersionRecord) -> None:
        """Nothing: no other program reads these files."""

    def sweep(self, progress: Progress) -> Pruned:
        """Delete the versions that the database does not name: those pruned, and what a crash left."""
        with self._database.reading() as session:
            named = index_versions.folders(session)
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        unnamed = [path for path in folders if _is_written(path) and path.name not in named]
        freed_bytes, deleted, in_use = 0, [], []
        progress.start("Deleting index versions", len(unnamed))
        for path in unnamed:
            try:
                freed_bytes += folder.delete(path)
            except OSError:  # Windows deletes no file that a process has mapped
                in_use.append(path.name)
            if not path.exists():
                deleted.append(path.name)
            progress.advance(1)
        return Pruned(tuple(deleted), freed_bytes, tuple(in_use))

    def close(self) -> None:
        """Nothing: no file stays open."""


def _is_written(path: Path) -> bool:
    return bool(_FOLDER.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()
