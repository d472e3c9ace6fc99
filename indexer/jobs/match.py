"""``sleeve match``: what is each picture of some sources to the catalogue? Nothing is added."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

from db.records import CoverFile, ListRow, Offered, RejectedFile
from indexer.home import Home
from indexer.images.decoding import read
from indexer.images.pending import in_order
from indexer.jobs.add import REACH
from indexer.progress import Progress
from indexer.sources import Source
from indexer.sources.add_report import AddReport
from indexer.sources.kept_covers import fetched
from indexer.sources.remote_image import fetch_image
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource

_AHEAD_PER_THREAD = 2
"""Pictures in memory for each thread."""

KEPT_REJECTIONS = 1_000
"""Of pictures that cannot be used; all are counted, and a table has a row for each."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Compared(Generic[Answer]):
    """A picture, and what it is to the catalogue.

    Attributes:
        file: as its source names it.
        answer: a rejection if it cannot be used.
    """

    file: str
    answer: Answer | RejectedFile


@dataclass(slots=True)
class MatchReport:
    """What came of the files that the sources met.

    Attributes:
        pictures: offered by the sources, those that cannot be used among them.
        rejected: how many cannot be used.
        rejections: the first ``KEPT_REJECTIONS`` of them.
        others: how many files of each kind were not offered.
        guesses: as in ``AddReport``.
    """

    pictures: int = 0
    rejected: int = 0
    rejections: list[RejectedFile] = field(default_factory=list)
    others: Mapping[str, int] = field(default_factory=dict)
    guesses: tuple[str, ...] = ()


Compare = Callable[[bytes, Sequence[str], bool], Answer]
"""The bytes of a picture, the names that came with it, and whether all of it is a cover → what it is to the catalogue;
on several threads at once. Raises ``FileRejectedError`` if it cannot be used."""

Take = Callable[[Iterator[Compared[Answer]]], None]
"""Takes every picture, in the order of the sources."""


def match(
    home: Home,
    progress: Progress,
    sources: Sequence[Source],
    compare: Compare[Answer],
    take: Take[Answer],
    *,
    scans: bool | None = None,
) -> MatchReport:
    """Compare every picture that some sources offer with the catalogue. A few are in memory at a time.

    Args:
        scans: whether all of each picture is a cover; None to take it for one if a table or tags describe it.

    Raises:
        SourceError: a source cannot be read.
        CatalogueError: the database cannot be used.
        VectorIndexError: there is no index.
        OutputError: ``take`` cannot write.
    """
    met, report = AddReport(), MatchReport()
    progress.start("Matching", sum(1 for source in sources for _ in _pictures(AddReport(), source)))
    fetch = partial(fetch_image, reach=REACH) if home.settings.image_urls else None

    def compared(item: Offered) -> Compared[Answer]:
        return Compared(item.file, _compared(item, compare, fetch, scans))

    def counted(pictures: Iterable[Compared[Answer]]) -> Iterator[Compared[Answer]]:
        for picture in pictures:
            report.pictures += 1
            if isinstance(picture.answer, RejectedFile):
                report.rejected += 1
                if len(report.rejections) < KEPT_REJECTIONS:
                    report.rejections.append(picture.answer)
            yield picture
            progress.advance(1)

    with _threads(home.threads) as pool:
        offered = chain.from_iterable(map(partial(_pictures, met), sources))
        take(counted(in_order(pool, offered, compared, _AHEAD_PER_THREAD * home.threads)))
    report.others, report.guesses = met.of_kind(), tuple(met.guesses)
    return report


def _pictures(met: AddReport, source: Source) -> Iterator[Offered]:
    """What a source offers, without rows of lists, which have no pictures."""
    return (item for item in met.offered(source) if not isinstance(item, ListRow))


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(count, thread_name_prefix="match")
    try:
        yield pool
    finally:
        # Who stops does not wait for the pictures ahead.
        pool.shutdown(cancel_futures=True)


def _compared(
    item: Offered, compare: Compare[Answer], fetch: Callable[[str], bytes] | None, scans: bool | None
) -> Answer | RejectedFile:
    """What an item is; of several files that may be its cover, the first that can be used."""
    if isinstance(item, RejectedFile):
        return item
    names = [name for name in (item.artist, item.title) if name]
    is_scan = item.label_source is not LabelSource.FOLDER if scans is None else scans
    refused: FileRejectedError | None = None
    for bring in (partial(_bytes_of, item, fetch), *(partial(read, Path(other.path)) for other in item.instead)):
        try:
            return compare(bring(), names, is_scan)
        except FileRejectedError as error:
            refused = refused or error
    assert refused is not None
    return RejectedFile(item.file, str(item.path), refused.reason, refused.detail)


def _bytes_of(item: CoverFile, fetch: Callable[[str], bytes] | None) -> bytes:
    if item.data:
        return item.data
    if item.url is not None and not item.path.is_file():
        return fetched(item.url, fetch)
    return read(item.path)
