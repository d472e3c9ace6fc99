"""The albums of a music server as covers."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import starmap

from db.records import CoverFile, Found, ListRow, Offered, RejectedFile
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
        covered: paths at which the catalogue has a picture.
    """

    address: ServerAddress
    albums: Mapping[str, ServerAlbum]
    store: CoverStore
    spellings: Spellings
    label: bool = True
    covered: Set[str] = frozenset()

    @property
    def place(self) -> str:
        """The address of what it reads as a whole."""
        return self.address.name

    def __iter__(self) -> Iterator[Found]:
        return starmap(self._offer, enumerate(self.albums.values()))

    def art_of(self) -> dict[str, str]:
        """The id of the picture of each cover, by what the cover is called."""
        return {self.address.album(album.id): album.art for album in self.albums.values() if album.art}

    def path_of(self, album: ServerAlbum) -> str:
        """Where the picture of an album is kept."""
        return str(self.store.path_of_url(self.address.album(album.id)))

    def _offer(self, number: int, album: ServerAlbum) -> Offered | ListRow:
        file = self.address.album(album.id)
        path = self.store.path_of_url(file)
        release = {MUSICBRAINZ_RELEASE: album.release} if album.release else {}
        row = self._row(number, album, release)
        if album.art is None:
            name = album.title or album.artist or "and no name"
            return row or RejectedFile(file, str(path), Rejection.NO_ART, name)
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
            # A picture that was there stays, whatever became of it on the server.
            otherwise=None if str(path) in self.covered else row,
        )

    def _row(self, number: int, album: ServerAlbum, release: Mapping[str, str]) -> ListRow | None:
        """An album without a picture; None without names, since nothing is known of it then."""
        if album.artist is None or album.title is None:
            return None
        file = self.address.album(album.id)
        return ListRow(
            file=file,
            place=self.place,
            path=file,
            position=number,
            name=None,
            lists=(),
            artist=album.artist,
            title=album.title,
            year=album.year,
            genres=self.spellings.genres(album.genres) if self.label else (),
            extra={**release, SERVER: self.address.name, ALBUM: album.id},
            cells={"artist": album.artist, "album": album.title},
        )
