"""A home: the folder and the database of one catalogue, and the only place that names what is in the folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from db import bundles
from db.database import Database, database_url
from db.migration import ensure_current, upgrade
from db.records import BundleRecord, IndexVersionRecord
from indexer.images.cover_store import CoverStore
from indexer.images.leased import Holder
from indexer.images.storage import Copies, use
from indexer.models.backbone import Backbone, OpenVinoBackbone, fingerprint_here
from indexer.models.shelf import DEFAULT_BUNDLE, BundleShelf
from indexer.models.without_model import AnyBundle, BundleWithoutModel, VectorsManifest, no_model
from indexer.reading import OpenVinoReader, ReaderFiles, installed_reader
from indexer.vector_index.folder_shelf import FolderShelf
from indexer.vector_index.servers.opening import server_of
from indexer.vector_index.versions import IndexVersions
from sleeve.errors import BundleError, VectorIndexError
from sleeve.platform import usable_cores
from sleeve.settings import Settings, expanded
from sleeve.vocabulary import Fingerprint

_DATABASE_FILE = "sleeve.sqlite3"


class Home:
    """The folder and database of one catalogue. Making one makes the folder of the default database, nothing else.

    Args:
        settings: name the folder, the database, the bundle and the threads.
        database: the catalogue's database if it is open already; else the one that the settings name.

    Raises:
        SettingsError: the database's address cannot be used.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self.settings = settings
        self.folder = expanded(settings.home).absolute()
        address = None if settings.database_url is None else settings.database_url.get_secret_value()
        use(Copies(self.objects_folder, self.settings.objects_mb * 2**20))
        self.database = database or Database(database_url(address, self.database_file))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if "versions" in vars(self):
            self.versions.close()
        self.database.close()

    def set_up(self) -> None:
        """Make sure that the database can be used; the default one is set up if it is empty.

        Raises:
            CatalogueError: the database cannot be used, or its schema is not the current one.
        """
        ensure_current(self.database, create=self.settings.database_url is None)

    def upgrade(self) -> str:
        """Bring the database to the newest schema, and return its revision; nothing changes if it is there already.

        Raises:
            CatalogueError: the database cannot be used.
        """
        return upgrade(self.database)

    @property
    def threads(self) -> int:
        """CPU threads to use: as set, or every core that this process may use."""
        return self.settings.threads or usable_cores()

    @cached_property
    def versions(self) -> IndexVersions:
        """The index versions: this home's, or those on the server that the settings name.

        Raises:
            SettingsError: they name none.
        """
        address = self.settings.index_url
        server = None if address is None else server_of(address.get_secret_value(), self.database)
        return IndexVersions(self.database, self.versions_folder, self.settings.gate_recall, server)

    @cached_property
    def covers(self) -> CoverStore:
        """The covers that this home keeps itself: uploaded and fetched ones."""
        return CoverStore(self.covers_folder)

    @cached_property
    def shelf(self) -> BundleShelf:
        """The bundles that can be used."""
        return BundleShelf(self.bundles_folder, self.settings.bundle, self._without_model)

    def _without_model(self) -> list[BundleWithoutModel]:
        with self.database.reading() as session:
            return [BundleWithoutModel(VectorsManifest(**manifest)) for manifest in bundles.without_model(session)]

    def live(self) -> IndexVersionRecord | None:
        """The index version that answers; None before the first one."""
        return self.versions.live()

    def require_live(self) -> IndexVersionRecord:
        """The index version that answers.

        Raises:
            VectorIndexError: there is none yet.
        """
        live = self.live()
        if live is None:
            raise VectorIndexError(NO_INDEX)
        return live

    def bundle(self) -> AnyBundle:
        """The bundle to index with: the one that the settings name, else the live index's, else the shipped one.

        The live index is this home's, or before its first one another home's of the same database.

        Raises:
            BundleError: it is missing or damaged.
        """
        if self.settings.bundle:
            return self.shelf.named(self.settings.bundle)
        live = self.live() or self.versions.newest_elsewhere()
        return self.shelf.named(DEFAULT_BUNDLE) if live is None else self.shelf.require(live.bundle)

    def backbone(self, bundle: AnyBundle) -> Backbone:
        """The backbone of a bundle, compiled.

        Raises:
            BundleError: it has no model, or that is missing, damaged or cannot be compiled.
        """
        if isinstance(bundle, BundleWithoutModel):
            raise BundleError(no_model(bundle.name))
        return OpenVinoBackbone(bundle, threads=self.threads)

    @property
    def reader_files(self) -> ReaderFiles:
        """The networks that read texts: RapidOCR's, or the recogniser that the settings name in place of its own.

        Raises:
            ReaderError: RapidOCR is not installed.
        """
        installed = installed_reader()
        if self.settings.recogniser is None:
            return installed
        return replace(installed, recogniser=self.settings.recogniser, characters=self.settings.recogniser_characters)

    def reader(self) -> OpenVinoReader:
        """What reads the text on covers, loaded once.

        A worker keeps it. With OpenVINO 2026.4, a process that ends by a signal after its networks are gone ends in a
        segmentation fault.

        Raises:
            ReaderError: a network is missing or damaged.
        """
        return self._reader

    @cached_property
    def _reader(self) -> OpenVinoReader:
        return OpenVinoReader(self.reader_files, threads=self.threads)

    def holder(self, *, tries_again: bool = True) -> Holder:
        """This home as a holder of leases, for the one process that has its lock.

        If the process before it was killed, it goes on with the covers of that.

        Args:
            tries_again: whether covers that failed a moment ago are tried again.

        Raises:
            VectorIndexError: the home has no id yet, and none can be written.
        """
        return Holder(FolderShelf(self.database, self.versions_folder).with_owner(), tries_again)

    def register(self, bundle: AnyBundle) -> BundleRecord:
        """Make a bundle known to the database, by the fingerprint of what this CPU makes with it."""
        with self.database.writing() as session:
            return bundles.register(
                session,
                fingerprint_here(bundle),
                name=bundle.manifest.name,
                dimension=bundle.manifest.dimension,
                manifest=bundle.manifest.model_dump(mode="json"),
                has_model=not isinstance(bundle, BundleWithoutModel),
            )

    @property
    def database_file(self) -> Path:
        """The default database."""
        return self.folder / _DATABASE_FILE

    @property
    def database_name(self) -> str:
        """The database that the settings name, without its password."""
        return str(self.database) if self.settings.database_url is not None else f"sqlite:///{self.database_file}"

    @property
    def versions_folder(self) -> Path:
        """Index versions, one folder for each."""
        return self.folder / "versions"

    @property
    def covers_folder(self) -> Path:
        """What ``covers`` keeps."""
        return self.folder / "covers"

    @property
    def bundles_folder(self) -> Path:
        """The home's own bundles, one folder for each."""
        return self.folder / "bundles"

    @property
    def thumbnails_folder(self) -> Path:
        """Covers scaled down for the web app."""
        return self.folder / "thumbnails"

    @property
    def objects_folder(self) -> Path:
        """Copies of objects from object storage."""
        return self.folder / "objects"

    @property
    def journals_folder(self) -> Path:
        """The journals of ``sleeve tag`` and ``sleeve covers``."""
        return self.folder / "journals"

    @property
    def music_lock(self) -> Path:
        """Held by the run that writes music files or covers next to them."""
        return self.folder / "music.lock"

    @property
    def musicbrainz_lock(self) -> Path:
        """Held by the run that asks MusicBrainz and the Cover Art Archive."""
        return self.folder / "musicbrainz" / "lock"

    @property
    def musicbrainz_answers_folder(self) -> Path:
        """What those services answered."""
        return self.folder / "musicbrainz" / "answers"

    @property
    def discogs_lock(self) -> Path:
        """Held by the run that asks Discogs."""
        return self.folder / "discogs" / "lock"

    @property
    def discogs_answers_folder(self) -> Path:
        """What Discogs answered."""
        return self.folder / "discogs" / "answers"

    @property
    def mlflow_folder(self) -> Path:
        """Measurements of training runs."""
        return self.folder / "mlflow"

    @property
    def metrics_folder(self) -> Path:
        """What the workers of running services count, one folder for each service."""
        return self.folder / "metrics"

    @property
    def index_lock(self) -> Path:
        """Held by the job that changes the index."""
        return self.folder / "index.lock"

    @property
    def reading_lock(self) -> Path:
        """Held by the job that reads covers."""
        return self.folder / "reading.lock"

    @property
    def job_file(self) -> Path:
        """How far the job on the index is, or how the last one ended."""
        return self.folder / "index-job.json"

    @property
    def spellings_file(self) -> Path:
        """The user's own spellings of genres."""
        return self.folder / "genres.tsv"

    def map_file(self, fingerprint: Fingerprint) -> Path:
        """The map that was laid out by a bundle's vectors."""
        return self.folder / "map" / f"{fingerprint}.json"

    @property
    def map_lock(self) -> Path:
        """Held by the job that draws the map."""
        return self.folder / "map.lock"

    def checkpoints_folder(self, name: str) -> Path:
        """Where training a bundle of this name goes on from."""
        return self.folder / "training" / name

    def report_vectors_file(self, fingerprint: Fingerprint) -> Path:
        """Vectors of a bundle that reports compare with."""
        return self.folder / "report" / f"vectors-{fingerprint[:16]}.npz"

    @property
    def report_place_file(self) -> Path:
        """Where the last report is."""
        return self.folder / "report" / "place.json"

    @property
    def drawings_folder(self) -> Path:
        """The covers and the manifest that ``sleeve demo`` draws."""
        return self.folder / "drawings"

    def demo_folder(self, name: str) -> Path:
        """The home of a demo, below this one."""
        return self.folder / name


NO_INDEX = "there is no index yet; run `sleeve add` and `sleeve index` first"


@contextmanager
def open_home(settings: Settings) -> Iterator[Home]:
    """Open a home; its default database is set up when it is empty.

    Raises:
        CatalogueError: the database cannot be used, or its schema is not the current one.
        SettingsError: its address cannot be used.
    """
    with Home(settings) as home:
        home.set_up()
        yield home


@contextmanager
def open_home_to_look(settings: Settings) -> Iterator[Home]:
    """Open a home without making anything: if it has no database yet, one that is empty stands in for it.

    Raises:
        CatalogueError: the database cannot be used, or its schema is not the current one.
        SettingsError: its address cannot be used.
    """
    file = expanded(settings.home).absolute() / _DATABASE_FILE
    if settings.database_url is not None or file.exists():
        with open_home(settings) as home:
            yield home
        return
    with TemporaryDirectory() as folder, Home(settings, Database(database_url(None, Path(folder) / file.name))) as home:
        home.set_up()
        yield home
