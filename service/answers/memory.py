"""What answers are made of besides the index, kept while the catalogue stays as it is (ADR 22)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from db import answering, vectors
from db.database import Database
from db.records import AskedAlbum, BundleRecord, CatalogueFilter, VectorOwner
from sleeve.vocabulary import AlbumId

MOST_OWNERS = 20_000
"""Vectors whose owners are kept: about 15 MB."""

MOST_ASKED = 2_000
"""Albums that are kept because they were asked with: 2 to 10 MB."""

MOST_ALLOWED = 2_000_000
"""Ids that the kept filters let through, all together: 16 MB."""

MOST_FILTERS = 1_000
"""Kept filters: those that let nothing through cost no ids, and anyone can make up names."""

MOST_AHEAD = MOST_OWNERS // 2
"""Vectors of an index whose owners are read before anybody asks; those of a larger one would drive each other out."""

_AHEAD_AT_ONCE = 200
"""Owners that are read ahead in one statement: 3 ms, for which a question may have to wait."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class OutdatedError(Exception):
    """The catalogue is no longer in the state that an answer was begun with."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was read of the catalogue in one state: it never changes, because another state has another memory.

    A part that is full is emptied. Safe to use from several threads at once.

    Attributes:
        state: the number of the state (see ``db.answering``).
        is_checked: whether the catalogue was in this state after the question came. If not, ``owners`` looks whether it
            still is, in the statement that it runs, and raises ``OutdatedError`` if it is not; so every answer has to
            ask for owners last.
    """

    _database: Database
    state: int
    is_checked: bool = True
    _owners: dict[int, VectorOwner | None] = field(default_factory=dict)
    _asked: dict[AlbumId, AskedAlbum] = field(default_factory=dict)
    _allowed: dict[CatalogueFilter, NDArray[np.int64]] = field(default_factory=dict)

    def unchecked(self) -> Self:
        """The same memory for a question that came later."""
        return replace(self, is_checked=False)

    def owners(self, vector_ids: Sequence[int]) -> dict[int, VectorOwner]:
        """The cover and album of each vector, all as they were at one moment; a vector that is gone is absent.

        Raises:
            OutdatedError: see ``is_checked``.
        """
        kept = self._owners
        known = {vector_id: kept[vector_id] for vector_id in vector_ids if vector_id in kept}
        missing = [vector_id for vector_id in vector_ids if vector_id not in known]
        if missing or not self.is_checked:
            state, found = self._read_owners(missing)
            if state == self.state:
                _keep(kept, {vector_id: found.get(vector_id) for vector_id in missing}, MOST_OWNERS)
            elif self.is_checked:
                # It changed after the question came, so both states are right, but a mixture of them is not.
                return self._read_owners(vector_ids)[1]
            else:
                raise OutdatedError
            known |= found
        return {vector_id: owner for vector_id, owner in known.items() if owner is not None}

    def read_ahead(self, vector_ids: Sequence[int]) -> None:
        """Read the owners of vectors before anybody asks for them.

        Raises:
            OutdatedError: see ``is_checked``.
        """
        missing = [vector_id for vector_id in vector_ids if vector_id not in self._owners]
        for start in range(0, len(missing), _AHEAD_AT_ONCE):
            self.owners(missing[start : start + _AHEAD_AT_ONCE])

    def asked(self, bundle: BundleRecord, album_id: AlbumId) -> AskedAlbum | None:
        """An album that is asked with; None if there is none."""
        found = self._asked.get(album_id)
        if found is None:
            with self._database.asking() as connection:
                state, found = answering.asked_album(connection, bundle, album_id)
            # What it lacks may come, and nobody would look again before saying that it is not there.
            if found is not None and len(found.vectors) and state == self.state:
                _keep(self._asked, {album_id: found}, MOST_ASKED)
        return found

    def allowed(self, bundle: BundleRecord, wanted: CatalogueFilter) -> NDArray[np.int64]:
        """The ids of the vectors that a filter lets through, ascending."""
        found = self._allowed.get(wanted)
        if found is None:
            with self._database.reading() as session:
                state = answering.state(session.connection())
                found = vectors.allowed_ids(session, bundle, wanted)
            if state == self.state:
                kept = sum(map(len, tuple(self._allowed.values())))
                if kept + len(found) > MOST_ALLOWED or len(self._allowed) >= MOST_FILTERS:
                    self._allowed.clear()
                self._allowed[wanted] = found
        return found

    def _read_owners(self, vector_ids: Sequence[int]) -> tuple[int, dict[int, VectorOwner]]:
        with self._database.asking() as connection:
            return answering.owners(connection, vector_ids)


def _keep(kept: dict[Key, Value], more: dict[Key, Value], most: int) -> None:
    if len(kept) + len(more) > most:
        kept.clear()
    kept.update(more)
