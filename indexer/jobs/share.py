"""A worker's share of what waits in a catalogue, on one of many hosts or on the only one."""

from collections.abc import Mapping
from dataclasses import dataclass

from db import vectors
from db.records import BundleRecord
from indexer.artwork import Linked, link_pending
from indexer.home import Home
from indexer.images.leased import Holder
from indexer.jobs.embed import embed
from indexer.jobs.index import index
from indexer.jobs.read import read
from indexer.progress import Progress
from sleeve.errors import BusyError


@dataclass(frozen=True, slots=True)
class Share:
    """What this process did of what waited.

    Attributes:
        elsewhere: where covers wait that this host cannot see (the beginning of their paths), and how many.
    """

    embedded: int
    compared: int
    read: int
    elsewhere: Mapping[str, int]

    @property
    def is_something(self) -> bool:
        """Whether anything came of it."""
        return bool(self.embedded or self.compared or self.read)


def share(home: Home, progress: Progress) -> Share:
    """Embed what waits, bring the home's index up to date, compare new covers, and read until another one waits.

    Covers are shared with every process that works on this catalogue, on any host. The index is built by one process of
    the home, once every cover has a vector; others of the same home do all the rest meanwhile. Covers that failed a
    moment ago are left alone.

    Raises:
        SleeveError: as for ``index`` and ``read``.
    """
    try:
        run = index(home, progress, tries_again=False)
        bundle, embedded, linked = run.refresh.version.bundle, run.embedded, run.linked
    except BusyError:
        model, holder = home.bundle(), Holder(tries_again=False)
        bundle = home.register(model)
        embedded = embed(home, progress, model, bundle, holder, extends=False)
        linked = _link(home, progress, bundle, holder)
    waiting = _count_waiting(home, bundle)
    done = read(home, progress, holder=Holder(tries_again=False), stops=lambda: _count_waiting(home, bundle) > waiting)
    return Share(
        embedded.embedded, linked.compared, done.read, {**embedded.elsewhere, **linked.elsewhere, **done.elsewhere}
    )


def _link(home: Home, progress: Progress, bundle: BundleRecord, holder: Holder) -> Linked:
    live = home.live()
    if live is None or live.bundle != bundle:
        return Linked()
    return link_pending(home.database, home.versions, live, threads=home.threads, holder=holder, progress=progress)


def _count_waiting(home: Home, bundle: BundleRecord) -> int:
    with home.database.reading() as session:
        return vectors.count_pending(session, bundle)
