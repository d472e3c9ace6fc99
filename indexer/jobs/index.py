"""``sleeve index``: embed what is pending, bring the index up to date, link covers of one artwork; go back, tidy."""

import logging
from dataclasses import dataclass, replace
from time import perf_counter, sleep

from db import albums, genre_models, vectors
from db.records import BundleRecord, IndexVersionRecord
from indexer.artwork import Linked, link_pending
from indexer.genre.classifier import shipped_classifier
from indexer.home import Home
from indexer.jobs.embed import embed
from indexer.jobs.running import job, one_at_a_time
from indexer.models.bundle import Bundle
from indexer.models.embedding import EmbedReport
from indexer.progress import Progress
from indexer.vector_index import IndexKind
from indexer.vector_index.versions import Pruned, Refresh
from sleeve.errors import BundleError, SleeveError

WORTH_LEARNING_ALBUMS = 10
"""A genre of so many albums is worth learning, if there are two."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What each stage did, and how long it took until the index was live.

    Attributes:
        unlearned: genres of the catalogue that the bundle's own head does not know, while that head answers.
    """

    embedded: EmbedReport
    refresh: Refresh
    linked: Linked
    live_after_s: float
    unlearned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The version that is live again, and the covers that wait to be embedded by its bundle."""

    version: IndexVersionRecord
    pending: int


def index(home: Home, progress: Progress, *, rebuild: bool = False, kind: IndexKind | None = None) -> IndexReport:
    """Embed the covers without a vector, extend or rebuild the index, promote it, and compare new covers.

    Raises:
        BusyError: another process is at work on the index.
        BundleError: the bundle is missing, damaged or cannot be run.
        VectorIndexError: the new version is below its gate; the live one stays.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    with job(home, progress) as reported:
        return run_index(home, reported, rebuild=rebuild, kind=kind)


def run_index(home: Home, progress: Progress, *, rebuild: bool = False, kind: IndexKind | None = None) -> IndexReport:
    """``index`` for a caller that holds the home's lock already."""
    started = perf_counter()
    bundle = home.bundle()
    record = home.register(bundle)
    embedded = embed(home, progress, bundle, record)
    refresh = home.versions.refresh(record, rebuild=rebuild, kind=kind, progress=progress)
    live_after_s = perf_counter() - started
    linked = link_pending(home.database, home.versions, refresh.version, threads=home.threads, progress=progress)
    return IndexReport(embedded, refresh, linked, live_after_s, _unlearned(home, record, bundle))


def work(home: Home, progress: Progress, *, every_s: float) -> None:
    """Run ``index`` again and again until stopped; whatever fails is logged and tried again the next time.

    Args:
        every_s: the pause after each run, seconds.
    """
    while True:
        try:
            index(home, progress)
        except SleeveError as error:
            _log.warning("%s; trying again in %g s", error, every_s)
        sleep(every_s)


def roll_back(home: Home) -> RolledBack:
    """Make the version before the live one live again.

    Raises:
        NotFoundError: there is none.
        BundleError: its bundle is not there any more.
        VectorIndexError: its files are missing or damaged; ``BusyError`` if somebody is at work on the index.
    """
    with one_at_a_time(home):
        before = home.versions.previous()
        if home.shelf.of(before.bundle.fingerprint) is None:
            raise BundleError(
                f"index {before.folder} is of the bundle {before.bundle.name}, which is not there any more; "
                "put it back first"
            )
        version = home.versions.rollback()
    with home.database.reading() as session:
        return RolledBack(replace(version, live=True), vectors.count_pending(session, version.bundle))


def prune(home: Home) -> Pruned:
    """Delete all index versions but the live one and the one before it, and what crashes left.

    Raises:
        BusyError: another process is at work on the index.
    """
    with one_at_a_time(home):
        return home.versions.prune()


def _unlearned(home: Home, record: BundleRecord, bundle: Bundle) -> tuple[str, ...]:
    with home.database.reading() as session:
        if genre_models.newest_id(session, record.fingerprint) is not None:
            return ()
        counts = albums.albums_per_genre(session)
    worth = [genre for genre, count in counts.items() if count >= WORTH_LEARNING_ALBUMS]
    if len(worth) < 2:
        return ()
    head = shipped_classifier(bundle).head
    return tuple(genre for genre in worth if head is None or genre not in head.genres)
