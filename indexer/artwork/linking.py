"""``sleeve index``, last stage: fronts not compared yet → candidates → pixels → links.

One transaction for each batch holds the links and that the covers were compared, so a run killed at any moment
resumes where it was. Links are about pictures: covers embedded by another bundle later are not compared again.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain

from db import cover_links, leases, texts, vectors
from db.database import Database
from db.leases import Ended
from db.records import FrontVectors, HashedCover, IndexVersionRecord, TextLine
from indexer.artwork.comparing import Comparison
from indexer.artwork.proposing import propose
from indexer.artwork.series import have_different_titles, say_different_numbers
from indexer.images.leased import Holder, LeasedCovers
from indexer.progress import Progress, Silent
from indexer.vector_index.delta import Delta
from indexer.vector_index.versions import IndexVersions, OpenVersion
from sleeve.vocabulary import AlbumId, CoverId

COMPARE_COVERS = 64
"""Covers in a lease and in one transaction: what a crash can make ``index`` compare again."""


@dataclass(frozen=True, slots=True)
class Linked:
    """How many covers were compared, and how many links came of it.

    Attributes:
        elsewhere: where covers wait that this host cannot see (the beginning of their paths), and how many.
    """

    compared: int = 0
    links: int = 0

    elsewhere: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Linked") -> "Linked":
        return Linked(self.compared + other.compared, self.links + other.links)


def link_pending(
    database: Database,
    versions: IndexVersions,
    live: IndexVersionRecord,
    *,
    threads: int,
    holder: Holder | None = None,
    progress: Progress | None = None,
) -> Linked:
    """Compare every front that waits for it with its near neighbours, and link those that show its artwork, together
    with whoever else does so.

    A cover whose file cannot be read waits for the next run, and so does one that is near to a cover which this host
    cannot see.

    Args:
        live: whose index proposes; it is opened only if a front waits. What is newer is read from the database.

    Raises:
        CatalogueError: the database cannot be used; what was linked stays.
        VectorIndexError: the index's files are missing or damaged.
    """
    progress = progress or Silent()
    bundle = live.bundle
    with database.reading() as session:
        waiting = cover_links.count_pending(session, bundle)
    progress.start("Comparing covers", waiting)
    if not waiting:
        return Linked()
    comparison, linked = Comparison(), Linked()
    with (
        LeasedCovers(database, cover_links.comparing(bundle), holder or Holder(), COMPARE_COVERS) as covers,
        ThreadPoolExecutor(threads, thread_name_prefix="compare") as pool,
    ):
        while covers.wait(progress):
            version = _with_delta(database, versions.open(live))
            progress.start("Comparing covers", waiting - linked.compared)
            for page in covers.pages():
                with database.reading() as session:
                    fronts = cover_links.with_vectors(session, bundle, page)
                proposed = _proposed(database, version, fronts)
                matches = list(pool.map(comparison.matches, fronts.covers, proposed))
                failed = _failed(comparison, fronts.covers, proposed, matches)
                done = [cover for cover in page if cover not in failed]
                linked += _record(database, comparison, fronts, matches, covers.ended(done, failed))
                progress.advance(len(page))
        return replace(linked, elsewhere=covers.elsewhere())


def _failed(
    comparison: Comparison,
    covers: Sequence[HashedCover],
    proposed: Sequence[Sequence[HashedCover]],
    matches: Sequence[Sequence[HashedCover] | None],
) -> dict[HashedCover, str | None]:
    """The covers that are to be compared again, and where each of them is if this host cannot see it."""
    failed: dict[HashedCover, str | None] = {}
    for cover, some, same in zip(covers, proposed, matches, strict=True):
        if same is None:
            failed[cover] = comparison.elsewhere([cover])
        elif comparison.elsewhere(some):
            failed[cover] = None
    return failed


def link_album(database: Database, version: OpenVersion, album_id: AlbumId) -> Linked:
    """``link_pending`` for the fronts of one album.

    Args:
        version: with its delta.
    """
    with database.reading() as session:
        page = cover_links.pending(
            session, version.record.bundle, after=CoverId(0), limit=COMPARE_COVERS, album_id=album_id
        )
    comparison, proposed = Comparison(), _proposed(database, version, page)
    matches = [comparison.matches(cover, some) for cover, some in zip(page.covers, proposed, strict=True)]
    return _record(database, comparison, page, matches)


def _proposed(database: Database, version: OpenVersion, page: FrontVectors) -> list[list[HashedCover]]:
    with database.reading() as session:
        return propose(page, (version.index, *version.delta), lambda ids: cover_links.fronts(session, ids))


def _record(
    database: Database,
    comparison: Comparison,
    page: FrontVectors,
    matches: Sequence[Sequence[HashedCover] | None],
    ended: Ended | None = None,
) -> Linked:
    """Write down what is linked, and which covers were compared.

    Args:
        ended: of a page that was leased; what is not the process's own any more is left out.
    """
    found = [(cover, same) for cover, same in zip(page.covers, matches, strict=True) if same is not None]
    pairs = _of_one_title(database, comparison, [(cover, other) for cover, same in found for other in same])
    with database.writing() as session:
        ours = {cover.cover_id for cover, _ in found} if ended is None else leases.finish(session, ended)
        pairs = [pair for pair in pairs if pair[0].cover_id in ours]
        ids = [(one.cover_id, other.cover_id) for one, other in pairs]
        series = set(_of_series(ids, texts.of_covers(session, sorted({*chain.from_iterable(ids)}))))
        same = [pair for pair, of in zip(pairs, ids, strict=True) if of not in series]
        waiting = () if ended is None else ended.failed
        compared = [cover for cover, _ in found if cover.cover_id in ours.difference(waiting)]
        links = cover_links.record(session, compared, same)
    return Linked(len(compared), len(links))


def _of_one_title(
    database: Database, comparison: Comparison, pairs: Sequence[tuple[HashedCover, HashedCover]]
) -> list[tuple[HashedCover, HashedCover]]:
    """The pairs whose albums may have one title, and those that show one artwork although the titles differ."""
    with database.reading() as session:
        titles = cover_links.titles(session, sorted({cover.cover_id for cover in chain.from_iterable(pairs)}))
    return [
        (one, other)
        for one, other in pairs
        if not have_different_titles(titles.get(one.cover_id), titles.get(other.cover_id))
        or comparison.same_under_other_titles(one, other)
    ]


def part_series(database: Database) -> int:
    """Take back the links between covers that say different numbers, as far as they were read by now; returns how many
    there were.

    Raises:
        CatalogueError: the database cannot be used.
    """
    with database.writing() as session:
        pairs = cover_links.pairs(session)
        wrong = _of_series(pairs, texts.of_covers(session, sorted({*chain.from_iterable(pairs)})))
        cover_links.remove(session, wrong)
    return len(wrong)


def _of_series(
    pairs: Sequence[tuple[CoverId, CoverId]], said: Mapping[CoverId, Sequence[TextLine]]
) -> list[tuple[CoverId, CoverId]]:
    return [(one, other) for one, other in pairs if say_different_numbers(said.get(one, ()), said.get(other, ()))]


def _with_delta(database: Database, version: OpenVersion) -> OpenVersion:
    delta = Delta(version.record.bundle.dimension, version.newest_id)
    with database.reading() as session:
        delta.take_in(vectors.stream(session, version.record.bundle, after=delta.newest))
    return replace(version, delta=delta.segments)
