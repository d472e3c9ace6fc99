"""Adding an album with its images: decode and embed them, then keep, register and index all of it, or nothing."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from db import albums, uploads
from db.records import AlbumRecord, BundleRecord, NewAlbum, SavedAlbum, UploadedCover
from indexer.artwork import link_album
from indexer.home import Home
from indexer.images.colouring import colour_album
from indexer.images.decoding import sniff
from indexer.jobs.running import one_at_a_time
from service.answers.model import Model
from service.answers.records import Upload
from service.answers.search import Search
from sleeve.errors import BusyError, CatalogueError, FileRejectedError, VectorIndexError
from sleeve.vocabulary import AlbumId, ContentHash, Side

MAX_FILE_NAME_CHARACTERS = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GivenAlbum:
    """What a person says about a new album."""

    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """An image that was decoded and embedded; the vector is (d,) float16."""

    side: Side
    upload: Upload
    format_name: str
    content_hash: ContentHash
    vector: NDArray[np.float16]


class Adder:
    """Adds albums one by one, embedded with the model in use. Safe to use from several threads at once."""

    def __init__(self, home: Home, search: Search) -> None:
        self._home = home
        self._search = search
        self._store = home.covers

    def add(self, given: GivenAlbum, front: Upload, back: Upload | None) -> tuple[AlbumRecord, SavedAlbum]:
        """The album, and what is new of it; the next search finds it, linked to others of its artwork.

        Raises:
            FileRejectedError: an image cannot be used; nothing was changed.
            BundleError: there is no index, and the bundle to begin with cannot be used.
            CatalogueError: the image cannot be kept, or the database cannot be used.
        """
        model, bundle = self._model()
        made = [self._make(model, Side.FRONT, front)]
        if back is not None:
            made.append(self._make(model, Side.BACK, back))
        with ExitStack() as aside:
            put = {item.side: aside.enter_context(self._store.set_aside(item.upload.data)) for item in made}
            covers = tuple(self._cover(item) for item in made)
            new = NewAlbum(given.title, given.artist, given.year, given.genres, covers)
            with self._home.database.writing() as session:
                kept = uploads.keep(session, new, bundle, lambda cover, path: put[cover.side](path))
                album = albums.album(session, kept.album_id)
        self._make_first_index(bundle)
        self._link(album.id)
        return album, kept

    def _model(self) -> tuple[Model, BundleRecord]:
        try:
            snapshot = self._search.snapshot()
        except VectorIndexError:
            model = self._search.model()
            return model, self._home.register(self._home.bundle())
        return snapshot.model, snapshot.version.record.bundle

    def _make(self, model: Model, side: Side, upload: Upload) -> _Made:
        try:
            vector = self._search.embed(model, upload.data)[0].astype(np.float16)
        except FileRejectedError as error:
            if side is Side.FRONT:
                raise
            raise FileRejectedError(error.reason, f"the back{f': {error.detail}' if error.detail else ''}") from error
        return _Made(side, upload, sniff(upload.data), ContentHash(sha256(upload.data).hexdigest()), vector)

    def _cover(self, item: _Made) -> UploadedCover:
        path = self._store.path(item.content_hash, item.format_name)
        return UploadedCover(item.side, _shown_name(item.upload.name, path), path, item.content_hash, item.vector)

    def _link(self, album_id: AlbumId) -> None:
        try:
            version = self._search.snapshot().version
            link_album(self._home.database, version, album_id)
            colour_album(self._home.database, album_id)
        except (CatalogueError, VectorIndexError) as error:
            # The album is in the catalogue, so its request has succeeded.
            _log.warning("album %d is not compared with others until the next `sleeve index`: %s", album_id, error)

    def _make_first_index(self, bundle: BundleRecord) -> None:
        if self._home.live() is not None:
            return
        try:
            with one_at_a_time(self._home):
                if self._home.live() is None:
                    self._home.versions.refresh(bundle)
        except BusyError:
            # The process that is at work makes the first index.
            return


def _shown_name(name: str | None, path: Path) -> str:
    """The last part of the sender's name for a file, without unprintable characters; else the name of its file."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable())[:MAX_FILE_NAME_CHARACTERS].strip()
    return shown or path.name
