"""The albums of a music server as covers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from db.records import CoverFile, Found, Offered, RejectedFile
from db.server_covers import ALBUM, ART, SERVER
from indexer.images.cover_store import CoverStore
from indexer.sources.spelling import Spellings
from indexer.sources.subsonic.address import ServerAddress
from indexer.sources.subsonic.reading import ServerAlbum
from sleeve.vocabulary import LabelSource, Rejection

MUSICBRAINZ_RELEASE = "musicbrainz_albumid"


@dataclass(frozen=True, slots=True)
class ServerSource:
    """What a music server offers, in its order.

    Attributes:
        albums: by id.
        store: where their pictures are kept.
        label: whether the server says the genres.
    """

    address: ServerAddress
    albums: Mapping[str, ServerAlbum]
    store: CoverStore
    spellings: Spellings
    label: bool = True

    @property
    def place(self) -> str:
        """The address of what it reads as a whole."""
        return self.address.name

    def __iter__(self) -> Iterator[Found]:
        return map(self._offer, self.albums.values())

    def art_of(self) -> dict[str, str]:
        """The id of the picture of each cover, by what the cover is called."""
        return {self.address.album(album.id): album.art for album in self.albums.values() if album.art}

    def path_of(self, album: ServerAlbum) -> str:
        """Where the picture of an album is kept."""
        return str(self.store.path_of_url(self.address.album(album.id)))

    def _offer(self, album: ServerAlbum) -> Offered:
        file = self.address.album(album.id)
        path = self.store.path_of_url(file)
        if album.art is None:
            name = " by ".join(part for part in (album.title, album.artist) if part)
            return RejectedFile(file, str(path), Rejection.NO_ART, name or "and no name")
        release = {MUSICBRAINZ_RELEASE: album.release} if album.release else {}
        return CoverFile(
            file=file,
            path=path,
            label_source=LabelSource.SERVER,
            genres=self.spellings.genres(album.genres) if self.label else (),
            artist=album.artist,
            title=album.title,
            year=album.year,
            # Two albums of one name are two, if their years do not say that they are one.
            group=file,
            extra={**release, SERVER: self.address.name, ALBUM: album.id, ART: album.art},
            url=file,
        )
