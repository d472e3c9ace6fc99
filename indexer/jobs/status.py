"""``sleeve status`` and ``sleeve bundles``: what is in a home."""

from dataclasses import dataclass

from db import albums, bundles, index_versions, vectors
from db.records import AlbumRecord, CatalogueCounts, IndexVersionRecord
from indexer.home import Home
from indexer.models.backbone import fingerprints_as_run
from indexer.models.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the catalogue, the index versions that are kept, and the covers that wait for the live bundle."""

    counts: CatalogueCounts
    versions: tuple[IndexVersionRecord, ...]
    live: IndexVersionRecord | None
    pending: int


@dataclass(frozen=True, slots=True)
class BundleUse:
    """A bundle that can be used, whether it is live, and how many covers of the catalogue it has embedded."""

    bundle: Bundle
    live: bool
    vectors: int


def status(home: Home) -> Status:
    """Count what is in a home.

    Raises:
        CatalogueError: the database cannot be used.
    """
    with home.database.reading() as session:
        counts = albums.counts(session)
        versions = tuple(index_versions.versions(session))
        live = next((version for version in versions if version.live), None)
        pending = vectors.count_pending(session, live.bundle) if live else counts.covers
    return Status(counts, versions, live, pending)


def bundle_uses(home: Home) -> list[BundleUse]:
    """The bundles that can be used, those of this home first."""
    live = home.live()
    with home.database.reading() as session:
        counted = bundles.vector_counts(session)
    return [
        BundleUse(
            bundle,
            live is not None and live.bundle.fingerprint in fingerprints_as_run(bundle),
            sum(counted.get(fingerprint, 0) for fingerprint in fingerprints_as_run(bundle)),
        )
        for bundle in home.shelf
    ]


def first_album(home: Home) -> AlbumRecord:
    """The album that was added first.

    Raises:
        NotFoundError: the catalogue is empty.
    """
    with home.database.reading() as session:
        return albums.album(session, albums.first_id(session))
