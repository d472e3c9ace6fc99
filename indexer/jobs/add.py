"""``sleeve add``: offer the files of some sources to the catalogue."""

from collections.abc import Iterable
from functools import partial

from db import own_columns
from indexer.home import Home
from indexer.progress import Progress
from indexer.sources import ManifestSource, Source
from indexer.sources.add_report import AddReport
from indexer.sources.adding import add_source
from indexer.sources.declared_columns import DeclaredColumns
from indexer.sources.given_vectors import given_vectors
from indexer.sources.kept_covers import KeptCovers
from indexer.sources.remote_image import PUBLIC, Reach, fetch_image

REACH: Reach = PUBLIC
"""How far fetching the images that tables name by URL may go."""


def add(home: Home, progress: Progress, sources: Iterable[Source], *, again: bool = False) -> AddReport:
    """Offer every file of some sources to the catalogue. Adding the same files twice changes nothing.

    Args:
        again: also what a person removed.

    Raises:
        SourceError: a source cannot be read, or its vectors cannot be kept under their name; what was read before it
            failed stays.
        CatalogueError: the database cannot be used.
    """
    fetch = partial(fetch_image, reach=REACH) if home.settings.image_urls else None
    kept = KeptCovers(home.covers, fetch)
    report = AddReport()
    with home.database.reading() as session:
        kinds = own_columns.kinds(session)
    for source in sources:
        table = source.vectors if isinstance(source, ManifestSource) else None
        vectors = None if table is None else given_vectors(table, home.shelf)
        checked = DeclaredColumns(source, kinds) if kinds else source
        threads = home.threads
        report.merge(
            add_source(
                home.database, checked, threads=threads, progress=progress, kept=kept, again=again, vectors=vectors
            )
        )
    return report
