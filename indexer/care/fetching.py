"""An album of a music library → the pictures of its front that web services have."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Lock

from db.incomplete import IncompleteAlbum
from indexer.care.album_art import Shown, picture_at
from indexer.sources.track_albums import TrackAlbum
from indexer.sources.web_services.filling import FoundPicture, NoCover, Service
from indexer.sources.web_services.pace import Failures
from sleeve.errors import FileRejectedError, OutputError, SourceError
from sleeve.vocabulary import AlbumId, Side

_GROUP_ID = "musicbrainz_releasegroupid"
_NO_ALBUM = AlbumId(0)
"""The albums of a library are in no catalogue."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the services have for an album.

    Attributes:
        pictures: in the order of the services, at most one of each.
        notes: why a service has none.
    """

    pictures: tuple[Shown, ...] = ()
    notes: tuple[str, ...] = ()


class WebCovers:
    """Asks services for the fronts of albums that an id or their names confirm. Safe to use from several threads at
    once, which wait for each other.

    Args:
        services: the first choice first.
        folder: where the pictures are kept; whoever uses this deletes it.
    """

    def __init__(self, services: Sequence[Service], folder: Path) -> None:
        self._services = services
        self._folder = folder
        self._lock = Lock()
        self._failures = Failures()

    def of(self, album: TrackAlbum) -> Fetched:
        """Ask for an album's front.

        Raises:
            SourceError: a service does not answer, and has not for several albums.
            OutputError: a picture cannot be kept.
        """
        asked = IncompleteAlbum(
            _NO_ALBUM, album.title, album.artist, album.year, album.musicbrainz.get(_GROUP_ID), False, (Side.FRONT,)
        )
        with self._lock:
            found = list(self._ask(asked))
        return Fetched(
            tuple(one for one in found if isinstance(one, Shown)), tuple(one for one in found if isinstance(one, str))
        )

    def _ask(self, album: IncompleteAlbum) -> Iterator[Shown | str]:
        for service in self._services:
            try:
                known = service.look_up(album, dry_run=False)
                found = known if isinstance(known, str) else known.cover(Side.FRONT)
            except FileRejectedError as error:
                yield f"{service.source} has a picture that cannot be used: {error}"
                continue
            except SourceError as error:
                self._failures.failed(error)
                yield str(error)
                continue
            self._failures.succeeded()
            if isinstance(found, FoundPicture):
                yield self._kept(found)
            elif isinstance(found, NoCover):
                yield found.why or f"{service.source} has no picture of it"
            else:
                yield found

    def _kept(self, found: FoundPicture) -> Shown:
        path = self._folder / sha256(found.data).hexdigest()
        try:
            path.write_bytes(found.data)
        except OSError as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error
        return replace(picture_at(path), url=found.url)
