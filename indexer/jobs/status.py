"""``sleeve status``: what is in a home."""

from dataclasses import dataclass

from db import albums, index_versions, texts, vectors
from db.records import CatalogueCounts, IndexVersionRecord, TextCounts
from indexer.home import Home
from indexer.progress import Progress


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the catalogue, the index versions that are kept, and the covers that wait for the live bundle."""

    counts: CatalogueCounts
    texts: TextCounts
    versions: tuple[IndexVersionRecord, ...]
    live: IndexVersionRecord | None
    pending: int


def status(home: Home, progress: Progress) -> Status:
    """Count what is in a home.

    Raises:
        CatalogueError: the database cannot be used.
    """
    progress.start("Counting", 1)
    with home.database.reading() as session:
        counts, read = albums.counts(session), texts.counts(session)
        versions = tuple(index_versions.versions(session, home.versions.owner))
        live = next((version for version in versions if version.live), None)
        pending = vectors.count_pending(session, live.bundle) if live else counts.covers
    return Status(counts, read, versions, live, pending)
