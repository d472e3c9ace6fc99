"""Where the objects are built, from the settings; each is closed by whoever asked for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from db import bundles
from db.database import Database
from db.migration import ensure_current
from db.records import BundleRecord
from db.settings import Settings
from indexer.backbone import Backbone, OpenVinoBackbone
from indexer.bundle import Bundle
from indexer.decoding import DecodingLimits
from indexer.versions import IndexVersions
from service.bundle_shelf import bundle_named, require_bundle_with
from service.classify import Classifier
from service.live_pair import LivePair
from service.model import Model, open_model
from service.recommender import Recommender
from service.search import Search
from service.stages import Timed, untimed

DEFAULT_BUNDLE = "sleeve-lite0"
"""The shipped bundle that a catalogue begins with."""


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
        yield Catalogue(
            settings, database, IndexVersions(database, settings.folder, settings.gate_recall), DecodingLimits()
        )


def open_bundle(catalogue: Catalogue) -> Bundle:
    """The bundle to embed with: the one that the settings name, else the live index's, else the shipped one.

    Raises:
        BundleError: it is missing or damaged.
    """
    if catalogue.settings.bundle:
        return bundle_named(catalogue.settings, catalogue.settings.bundle)
    live = catalogue.versions.live()
    if live is None:
        return bundle_named(catalogue.settings, DEFAULT_BUNDLE)
    return require_bundle_with(catalogue.settings, live.bundle)


def open_backbone(catalogue: Catalogue) -> tuple[Backbone, Bundle]:
    """The backbone of the bundle to embed with; see ``open_bundle``.

    Raises:
        BundleError: the bundle is missing, damaged or cannot be compiled.
    """
    bundle = open_bundle(catalogue)
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
    """What answers queries, and the pair of index and model that both answer with."""

    pairs: LivePair
    search: Search
    classifier: Classifier
    recommender: Recommender


def open_answering(catalogue: Catalogue, timed: Timed = untimed) -> Answering:
    """Build what answers queries; index and model are loaded when the first query comes.

    Args:
        timed: times each stage of each query.
    """

    def load_model(made_the_vectors: BundleRecord | None) -> Model:
        if made_the_vectors is None:
            return open_model(open_bundle(catalogue), catalogue.threads)
        return open_model(require_bundle_with(catalogue.settings, made_the_vectors), catalogue.threads)

    pairs = LivePair(catalogue.database, catalogue.versions, load_model)
    search = Search(catalogue.database, pairs, catalogue.limits, timed)
    database = catalogue.database
    return Answering(pairs, search, Classifier(database, search), Recommender(database, search))
