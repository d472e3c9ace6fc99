"""Where the objects are built, from the settings; each is closed by whoever asked for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db import bundles
from db.database import Database
from db.migration import ensure_current
from db.records import BundleRecord
from db.settings import Settings
from indexer.backbone import Backbone, OpenVinoBackbone
from indexer.bundle import Bundle, read_bundle
from indexer.decoding import DecodingLimits
from indexer.versions import IndexVersions, LiveIndex
from service.classify import Classifier
from service.search import Search

SHIPPED_BUNDLES = Path(__file__).parent.parent / "indexer" / "bundles"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The open catalogue of a home."""

    settings: Settings
    database: Database
    versions: IndexVersions
    limits: DecodingLimits

    @property
    def threads(self) -> int:
        """CPU threads to use: as set, or every core that this process may use."""
        return self.settings.threads or usable_cores()


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open the catalogue; the default database is set up when it is empty.

    Raises:
        CatalogueError: the database cannot be used, or its schema is not the current one.
    """
    with Database(settings.url) as database:
        ensure_current(database, create=settings.database_url is None)
        yield Catalogue(settings, database, IndexVersions(database, settings.folder), DecodingLimits())


def open_bundle(settings: Settings) -> Bundle:
    """The bundle that the settings name: a shipped one by its name, else a folder.

    Raises:
        BundleError: it is missing or damaged.
    """
    shipped = SHIPPED_BUNDLES / settings.bundle
    return read_bundle(shipped if shipped.is_dir() else Path(settings.bundle).expanduser())


def open_backbone(catalogue: Catalogue) -> tuple[Backbone, Bundle]:
    """The backbone of the bundle that the settings name.

    Raises:
        BundleError: the bundle is missing, damaged or cannot be compiled.
    """
    bundle = open_bundle(catalogue.settings)
    return OpenVinoBackbone(bundle, threads=catalogue.threads), bundle


def register_bundle(catalogue: Catalogue, backbone: Backbone, bundle: Bundle) -> BundleRecord:
    """Make the backbone's bundle known to the database."""
    with catalogue.database.writing() as session:
        return bundles.register(
            session,
            backbone.fingerprint,
            name=bundle.manifest.name,
            dimension=backbone.dimension,
            manifest=bundle.manifest.model_dump(mode="json"),
        )


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers queries."""

    search: Search
    classifier: Classifier


def open_answering(catalogue: Catalogue) -> Answering:
    """Build what answers queries.

    Raises:
        BundleError: the bundle is missing, damaged or cannot be compiled.
    """
    backbone, bundle = open_backbone(catalogue)
    search = Search(catalogue.database, LiveIndex(catalogue.versions), backbone, catalogue.limits)
    return Answering(search, Classifier(catalogue.database, search, backbone.fingerprint, bundle))
