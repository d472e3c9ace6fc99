"""Where the versions of an index are kept."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.records import BundleRecord, IndexVersionRecord
from indexer.progress import Progress
from indexer.vector_index.building import Batch
from indexer.vector_index.hits import IndexKind
from indexer.vector_index.searchable import SearchableIndex


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted: versions, and leftovers that no version names.

    Attributes:
        in_use: folders that another process holds; the next ``prune`` or refresh deletes them.
    """

    folders: tuple[str, ...]
    freed_bytes: int
    in_use: tuple[str, ...] = ()


class VersionShelf(ABC):
    """Makes, opens and deletes versions; which of them is live is in the database.

    Attributes:
        extends: whether a version can be copied and changed; else one is only ever built.
        extended_at_once: an index of up to so many vectors is extended for any change.
        least_drift: a larger one is left as it is as long as it differs from the database by fewer vectors.
    """

    extends: bool
    extended_at_once: int
    least_drift: int

    @property
    @abstractmethod
    def owner(self) -> str:
        """Whose versions are here, as the database names it; empty as long as there is none."""

    @abstractmethod
    def with_owner(self) -> str:
        """``owner``, made if there is none.

        Raises:
            VectorIndexError: it cannot be kept.
        """

    @property
    @abstractmethod
    def leftovers(self) -> str | None:
        """The owner in the database of what is unfinished or was forgotten, and is to be deleted here; None if that is
        found without the database."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Keep every other host from changing what is here.

        Raises:
            BusyError: another is at it.
        """

    @abstractmethod
    def kind_for(self, count: int, at_least: IndexKind | None) -> IndexKind:
        """The kind that suits a number of vectors, or ``at_least`` if that is a kind for more."""

    @abstractmethod
    def open(self, record: IndexVersionRecord) -> SearchableIndex:
        """Open a version to be searched.

        Raises:
            VectorIndexError: it is missing, damaged or of another bundle.
        """

    @abstractmethod
    def arguments(self, record: IndexVersionRecord) -> dict[str, int]:
        """What trades speed for recall in a version; empty if that cannot be read."""

    @abstractmethod
    def stamp(self, record: IndexVersionRecord) -> tuple[object, ...]:
        """What changes when somebody deletes, replaces or writes to a version; it is not read."""

    @abstractmethod
    def build(
        self, bundle: BundleRecord, kind: IndexKind, batches: Iterable[Batch], *, expected: int = 0
    ) -> SearchableIndex:
        """Build an index aside.

        Args:
            expected: about how many vectors will come.

        Raises:
            VectorIndexError: there cannot be one of this kind.
        """

    @abstractmethod
    def extended(self, live: IndexVersionRecord, batches: Iterable[Batch], gone: NDArray[np.int64]) -> SearchableIndex:
        """A copy of a version with further vectors and without some ids; only asked if it ``extends``."""

    @abstractmethod
    def keep(self, index: SearchableIndex, bundle: BundleRecord, recall: float) -> str:
        """Keep an index that passed its gate, and return the name of its version.

        Raises:
            VectorIndexError: it cannot be kept.
        """

    @abstractmethod
    def own_names(self) -> list[str]:
        """What is here that may be a version from before versions had owners."""

    @abstractmethod
    def promoted(self, record: IndexVersionRecord) -> None:
        """Show other programs which version is live."""

    @abstractmethod
    def sweep(self, progress: Progress) -> Pruned:
        """Delete the versions that the database does not name: those forgotten, and what a crash left."""

    @abstractmethod
    def close(self) -> None:
        """Give back what it holds."""
