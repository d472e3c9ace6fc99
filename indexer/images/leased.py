"""Covers that wait for a task, shared among all processes that work on it: the database hands them out in leases.

A lease is a page of covers. It is renewed while the process lives; of one that is gone, others get the covers
``LEASE_S`` later. What comes of a cover is stored in the transaction that ends its lease, and is dropped if the lease
went to another process meanwhile.
"""

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self
from uuid import uuid4

from db import leases
from db.database import Database
from db.leases import LEASE_S, Ended, Task
from db.records import HashedCover
from indexer.progress import Progress
from sleeve.errors import CatalogueError
from sleeve.vocabulary import CoverId

_RENEW_EVERY_S = LEASE_S / 4
_LOOK_EVERY_S = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on covers.

    Attributes:
        name: of no other process that works at the same time, up to 64 characters. One that takes the place of another
            has its name and goes on with its leases.
        tries_again: whether covers that failed are tried again at once, because a person asks for it.
    """

    name: str = field(default_factory=lambda: uuid4().hex)
    tries_again: bool = True


class LeasedCovers:
    """The covers of a task that this process works on. As a context it renews its leases, and gives them back.

        with LeasedCovers(database, task, holder, 64) as covers:
            while covers.wait(progress):
                for page in covers.pages(): ...

    Args:
        size: covers in a lease.
    """

    def __init__(self, database: Database, task: Task, holder: Holder, size: int) -> None:
        self._database = database
        self._task = task
        self._holder = holder
        self._size = size
        self._elsewhere: set[str] = set()
        self._ending = Event()
        self._renewing = Thread(target=self._renew, name="leases", daemon=True)

    def __enter__(self) -> Self:
        with self._database.writing() as session:
            # Those of a run that was killed.
            leases.give_back(session, self._task, self._holder.name)
            if self._holder.tries_again:
                leases.try_again(session, self._task)
        self._renewing.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._renewing.join()
        try:
            with self._database.writing() as session:
                leases.give_back(session, self._task, self._holder.name)
        except CatalogueError as refused:
            # They end by themselves.
            _log.warning("%s; others get what this process worked on in %d s", refused, LEASE_S)

    def wait(self, progress: Progress) -> bool:
        """Whether a cover is free; while there is none but others work on some, this waits for them.

        What this process took must be finished before.
        """
        says = True
        while True:
            with self._database.reading() as session:
                found = leases.waiting(session, self._task, self._elsewhere)
            if found.is_free or not found.held:
                return found.is_free
            if says:
                progress.start("Waiting for other workers", found.held)
                says = False
            time.sleep(_LOOK_EVERY_S)

    def pages(self) -> Iterator[list[HashedCover]]:
        """Lease after lease, by ascending ids, until no cover past the last one is free."""
        after = CoverId(0)
        while page := self._take(after):
            yield page
            after = page[-1].cover_id

    def ended(self, covers: Collection[HashedCover], failed: Mapping[HashedCover, str | None]) -> Ended:
        """What ``leases.finish`` gets, in the transaction that stores what came of the covers.

        Args:
            covers: of which something came.
            failed: of which nothing came, each with where it is if this host cannot see it (``out_of_sight``): others
                get it at once. Nobody tries the rest of them again for a while.
        """
        self._elsewhere |= {place for place in failed.values() if place}
        bad = {cover.cover_id for cover, place in failed.items() if not place}
        return Ended(self._task, self._holder.name, [*covers, *failed], bad)

    def elsewhere(self) -> dict[str, int]:
        """The beginnings of the paths that this host cannot see, and how many covers there wait."""
        if not self._elsewhere:
            return {}
        with self._database.reading() as session:
            counts = {beginning: leases.count(session, self._task, beginning) for beginning in sorted(self._elsewhere)}
        return {beginning: count for beginning, count in counts.items() if count}

    def _take(self, after: CoverId) -> list[HashedCover]:
        with self._database.writing() as session:
            return leases.take(
                session, self._task, self._holder.name, after=after, limit=self._size, elsewhere=self._elsewhere
            )

    def _renew(self) -> None:
        while not self._ending.wait(_RENEW_EVERY_S):
            try:
                with self._database.writing() as session:
                    leases.renew(session, self._task, self._holder.name)
            except CatalogueError as error:
                _log.warning("%s; others get what this process works on in %d s", error, LEASE_S)
