"""MusicBrainz' web service: a query for release groups → the groups, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.records import Hit, Mbid, Release, ReleaseGroup
from indexer.sources.remote_image import MAX_URL_CHARACTERS
from indexer.sources.web_services.client import MAX_JSON_BYTES, Client
from sleeve.errors import SourceError

PAGE_GROUPS = 100
"""What the web service gives at most at once."""

HITS = 25
"""What is looked at of a search for one album."""

MAX_WORDS_CHARACTERS = 200
MAX_GENRES_KNOWN = 20_000

_UNKNOWN = "MusicBrainz does not know that id"


class QueryKind(StrEnum):
    """What a person names."""

    GENRE = "genre"
    ARTIST = "artist"
    RELEASE_GROUP = "release-group"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Release groups of a genre or an artist (a name, or an id), one by its id, or those of a collection.

    Raises:
        SourceError: the words cannot be asked with.
    """

    by: QueryKind
    words: str

    def __post_init__(self) -> None:
        words = self.words.strip()
        if not words or len(words) > MAX_WORDS_CHARACTERS or not words.isprintable():
            raise SourceError(f"--{self.by} needs 1 to {MAX_WORDS_CHARACTERS} printable characters")
        if self.by in {QueryKind.RELEASE_GROUP, QueryKind.COLLECTION} and reading.mbid(words) is None:
            raise SourceError(f"{words!r} is not a MusicBrainz id (such as 1b022e01-4da6-387b-8658-8678046e4cef)")


class WebService:
    """The web service, version 2 (musicbrainz.org/doc/MusicBrainz_API)."""

    def __init__(self, client: Client, base: str) -> None:
        self._client = client
        self._base = f"{base}/ws/2"

    def release_groups(self, query: GroupQuery) -> Iterator[ReleaseGroup]:
        """The groups that a query finds, each once, in the service's order.

        Raises:
            SourceError: the service does not answer, or knows nothing of that id.
        """
        words = query.words.strip()
        given_id = reading.mbid(words)
        if query.by is QueryKind.RELEASE_GROUP and given_id is not None:
            found = self.release_group(given_id)
            if found is None:
                raise SourceError(_UNKNOWN)
            return iter([found])
        if query.by is QueryKind.COLLECTION and self._holds_releases(str(given_id)):
            return self._of_releases(str(given_id))
        if query.by is QueryKind.COLLECTION or (query.by is QueryKind.ARTIST and given_id is not None):
            return self._pages({query.by.value: str(given_id), "inc": "artist-credits genres tags"})
        field = "tag" if query.by is QueryKind.GENRE else "artist"
        return self._pages({"query": f'{field}:"{_escaped(words)}"'})

    def release_group(self, group: Mbid) -> ReleaseGroup | None:
        """One by its id; None if there is none, or it has no title or artist.

        Raises:
            SourceError: the service does not answer.
        """
        item = self._get_or_none(f"release-group/{group}", {"inc": "artist-credits genres tags"})
        return None if item is None else reading.release_group(item)

    def hits(self, artist: str, title: str) -> list[Hit]:
        """What a search for an artist's album finds; nothing for names that are too long to ask with.

        Raises:
            SourceError: the service does not answer.
        """
        return self._found(f'artist:"{_escaped(artist)}" AND releasegroup:"{_escaped(title)}"')

    def hits_by_words(self, words: Sequence[str], artist: str | None, title: str | None) -> list[Hit]:
        """What a search finds for words that may be of an artist or of a title, those of which most words agree first;
        nothing for words that are too long to ask with.

        Args:
            words: of letters and digits, in lower case.
            artist, title: what is known of the two.

        Raises:
            SourceError: the service does not answer.
        """
        some = f"({' '.join(words)})"
        by, called = (f'"{_escaped(name)}"' if name else some for name in (artist, title))
        return self._found(f"artist:{by} AND releasegroup:{called}")

    def _found(self, query: str) -> list[Hit]:
        parameters = {"query": query, "limit": str(HITS)}
        if len(self._url("release-group", parameters)) > MAX_URL_CHARACTERS:
            return []
        return reading.hits(self._get("release-group", parameters))

    def releases(self, group: Mbid) -> list[Release]:
        """The releases of a group that may have art, the first hundred."""
        return reading.releases(self._get("release", {"release-group": group, "limit": str(reading.MAX_RELEASES)}))

    def genres(self) -> frozenset[str]:
        """The tags that are genres, folded."""
        answer = self._client.get(f"{self._base}/genre/all?fmt=txt", MAX_JSON_BYTES)
        if answer.status != 200:
            raise SourceError(f"MusicBrainz does not list its genres: the answer is {answer.status}")
        lines = answer.body.decode("utf-8", errors="replace").splitlines()[:MAX_GENRES_KNOWN]
        return frozenset(line.strip().casefold() for line in lines)

    def _holds_releases(self, collection: str) -> bool:
        held = reading.collected(self._get(f"collection/{collection}", {}))
        if held not in {"release", "release-group"}:
            raise SourceError(f"the collection {collection} holds neither release groups nor releases")
        return held == "release"

    def _of_releases(self, collection: str) -> Iterator[ReleaseGroup]:
        seen: set[Mbid] = set()
        offset, total = 0, 1
        while offset < total:
            page = {"collection": collection, "inc": "release-groups", "limit": str(PAGE_GROUPS), "offset": str(offset)}
            groups, read, total = reading.groups_of_releases(self._get("release", page))
            if not read:
                return
            for group in groups:
                if group not in seen:
                    seen.add(group)
                    # The list does not say a group's genres and artists.
                    found = self.release_group(group)
                    if found is not None:
                        yield found
            offset += PAGE_GROUPS

    def _pages(self, parameters: dict[str, str]) -> Iterator[ReleaseGroup]:
        seen: set[Mbid] = set()
        offset, total = 0, 1
        while offset < total:
            page = {**parameters, "limit": str(PAGE_GROUPS), "offset": str(offset)}
            groups, total = reading.release_groups(self._get("release-group", page))
            if not groups:
                return
            # What is added to the service meanwhile moves the rest to later pages.
            yield from (group for group in groups if group.id not in seen)
            seen.update(group.id for group in groups)
            offset += PAGE_GROUPS

    def _get(self, what: str, parameters: dict[str, str]) -> dict[str, object]:
        found = self._get_or_none(what, parameters)
        if found is None:
            raise SourceError(_UNKNOWN)
        return found

    def _get_or_none(self, what: str, parameters: dict[str, str]) -> dict[str, object] | None:
        found = self._client.json(self._url(what, parameters))
        return None if found is None else dict(found)

    def _url(self, what: str, parameters: dict[str, str]) -> str:
        return f"{self._base}/{what}?{urlencode({**parameters, 'fmt': 'json'}, quote_via=quote)}"


def _escaped(words: str) -> str:
    """Words inside the quotes of a Lucene phrase."""
    return words.replace("\\", "\\\\").replace('"', '\\"')
