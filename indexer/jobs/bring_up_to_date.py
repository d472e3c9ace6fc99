"""``sleeve index``, stage by stage: embed what is pending, build or extend the index, link covers of one
artwork, put albums in order by colour."""

from dataclasses import dataclass
from time import perf_counter

from db import albums, genre_models, vectors
from db.records import BundleRecord
from indexer.artwork import Linked, link_pending
from indexer.genre import LinearHead
from indexer.genre.classifier import shipped_classifier
from indexer.home import Home
from indexer.images.colouring import colour_pending
from indexer.jobs.embed import embed
from indexer.models.embedding import EmbedReport
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress
from indexer.vector_index import IndexKind
from indexer.vector_index.versions import Refresh

WORTH_LEARNING_ALBUMS = 10
"""A genre of this many albums is worth learning, if there are two such genres."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What each stage did, and how long it took until the index was live.

    Attributes:
        unlearned: genres of the catalogue that the head which answers does not know.
        left_out: covers without a vector of a bundle that has no model to make one.
    """

    embedded: EmbedReport
    refresh: Refresh
    linked: Linked
    live_after_s: float
    unlearned: tuple[str, ...]
    left_out: int = 0


def bring_up_to_date(
    home: Home,
    progress: Progress,
    *,
    rebuild: bool = False,
    kind: IndexKind | None = None,
    tries_again: bool = True,
) -> IndexReport:
    """``index`` for a caller that holds the home's lock already (``indexer.jobs.running.job``).

    Raises:
        BundleError: the bundle is missing, damaged or cannot be run.
        VectorIndexError: the new version is below its gate; the live one stays.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    started = perf_counter()
    bundle = home.bundle()
    record = home.register(bundle)
    holder = home.holder(tries_again=tries_again)
    embedded = embed(home, progress, bundle, record, holder)
    refresh = home.versions.refresh(record, rebuild=rebuild, kind=kind, progress=progress)
    live_after_s = perf_counter() - started
    linked = link_pending(
        home.database, home.versions, refresh.version, threads=home.threads, holder=holder, progress=progress
    )
    colour_pending(home.database, threads=home.threads, holder=holder, progress=progress)
    with home.database.reading() as session:
        left_out = vectors.count_left_out(session, record)
    return IndexReport(embedded, refresh, linked, live_after_s, _unlearned(home, record, bundle), left_out)


def _unlearned(home: Home, record: BundleRecord, bundle: AnyBundle) -> tuple[str, ...]:
    with home.database.reading() as session:
        fitted = genre_models.newest(session, record)
        counts = albums.albums_per_genre(session)
    worth = [genre for genre, count in counts.items() if count >= WORTH_LEARNING_ALBUMS]
    if len(worth) < 2:
        return ()
    head = shipped_classifier(bundle).head if fitted is None else LinearHead.from_bytes(fitted.head)
    return tuple(genre for genre in worth if head is None or genre not in head.genres)
