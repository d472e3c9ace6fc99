"""An album of the catalogue → its release on Discogs by the id in a list, else its master or release by names."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from db.incomplete import Additions, IncompleteAlbum
from db.records import fold
from indexer.images.decoding import DEFAULT_LIMITS, PROBE_PX, decode
from indexer.sources.discogs import reading
from indexer.sources.discogs.reading import Hit, Record, RecordKind
from indexer.sources.names import distinct, same_name
from indexer.sources.remote_image import MAX_URL_CHARACTERS
from indexer.sources.spelling import Spellings
from indexer.sources.web_services.client import Client
from indexer.sources.web_services.filling import FoundPicture, NoCover
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Fact, LabelSource, Rejection, Side

HITS = 25
"""What is looked at of a search for one album."""

_VARIOUS = "Various"
"""Discogs' artist of a compilation."""

_SEVERAL_ARTISTS = frozenset({"various", "various artists"})


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A release or a master that is an album of the catalogue."""

    record: Record
    says: Additions
    client: Client

    @property
    def id(self) -> str:
        """The kind and the number."""
        return f"{self.record.kind}-{self.record.id}"

    def may_show(self, side: Side) -> bool:
        """Whether it has a picture; which of them are backs, Discogs does not say."""
        return side is Side.FRONT and self.record.image is not None

    def cover(self, side: Side) -> FoundPicture | NoCover:
        """Its first picture; see ``KnownAlbum``."""
        url = self.record.image
        if side is not Side.FRONT or url is None:
            return NoCover(side)
        answer = self.client.get(url, DEFAULT_LIMITS.max_bytes)
        if answer.status in {404, 410}:
            return NoCover(side)
        if answer.status != 200:
            raise SourceError(f"the picture of {self.id} does not come: the answer is {answer.status}")
        if not answer.body:
            raise FileRejectedError(Rejection.EMPTY)
        decode(answer.body, reduce_to_px=PROBE_PX)
        # No id by which albums are known: it may be another pressing's picture.
        return FoundPicture(url, answer.body, {"source": "discogs", "discogs_picture": self.id})


class ReleaseFinder:
    """Knows albums as Discogs does: their first picture, genres and styles.

    Args:
        base: what the URLs of the service begin with.
    """

    source = LabelSource.DISCOGS
    facts: Set[Fact] = frozenset({Fact.COVER, Fact.GENRE})

    def __init__(self, client: Client, base: str, spellings: Spellings) -> None:
        self._client = client
        self._base = base
        self._spellings = spellings

    def look_up(self, album: IncompleteAlbum, *, dry_run: bool) -> KnownRecord | str:
        """The album's release, or why it is not found; no picture is asked for.

        Raises:
            SourceError: Discogs does not answer.
        """
        found = self._found(album)
        if isinstance(found, str):
            return found
        genres = self._spellings.respelled(distinct(found.genres))
        return KnownRecord(found, Additions(genres=genres), self._client)

    def forget(self, url: str) -> None:
        """Keep the answer to this URL no longer."""
        self._client.forget(url)

    def _found(self, album: IncompleteAlbum) -> Record | str:
        by_id = self._by_id(album.release_id) if album.release_id else None
        if by_id is not None:
            return by_id
        if not (album.artist and album.title):
            return "it has no names to look for"
        return self._by_names(album, album.artist, album.title)

    def _by_id(self, release_id: str) -> Record | None:
        """The release; if it has no picture, its master, which shows another release of the album."""
        found = self._record(RecordKind.RELEASE, int(release_id))
        if found is None or found.image is not None or found.master is None:
            return found
        master = self._record(RecordKind.MASTER, found.master)
        return master if master is not None and master.image is not None else found

    def _by_names(self, album: IncompleteAlbum, artist: str, title: str) -> Record | str:
        asked = _VARIOUS if fold(artist) in _SEVERAL_ARTISTS else artist
        for kind in RecordKind:
            best = _of_year([hit for hit in self._hits(kind, asked, title) if hit.is_called(asked, title)], album.year)
            if len(best) > 1:
                return f"Discogs has {len(best)} albums of these names"
            found = self._record(kind, best[0].id) if best else None
            # "A - B - C" may be by A, or by "A - B".
            if found is not None and same_name(found.artist, asked) and same_name(found.title, title):
                return found
        return "Discogs finds no album of these names"

    def _record(self, kind: RecordKind, number: int) -> Record | None:
        """None if there is none, or another one is answered."""
        item = self._client.json(f"{self._base}/{kind}s/{number}")
        found = None if item is None else reading.record(kind, item)
        return found if found is not None and found.id == number else None

    def _hits(self, kind: RecordKind, artist: str, title: str) -> list[Hit]:
        """What a search finds; nothing for names that are too long to ask with."""
        words = {"type": str(kind), "artist": artist, "release_title": title, "per_page": str(HITS)}
        url = f"{self._base}/database/search?{urlencode(words, quote_via=quote)}"
        return [] if len(url) > MAX_URL_CHARACTERS else reading.hits(self._client.json(url) or {})


def _of_year(named: Sequence[Hit], year: int | None) -> list[Hit]:
    """Those of the year, if any are; releases of one album in one year are told apart by nothing that counts here."""
    dated = [hit for hit in named if year is not None and hit.year == year]
    return dated or list(named)
