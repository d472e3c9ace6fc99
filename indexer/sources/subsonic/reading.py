"""What a music server answers → its albums, whatever it puts into them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from indexer.sources.names import FIRST_YEAR, LAST_YEAR, clean
from sleeve.errors import SourceError

MAX_ID_CHARACTERS = 200
MAX_GENRES_READ = 20


@dataclass(frozen=True, slots=True)
class ServerAlbum:
    """An album as the server knows it.

    Attributes:
        genres: as they are written there.
        release: the id that MusicBrainz gave this release.
        art: the id of its picture; None if it has none.
    """

    id: str
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    release: str | None
    art: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server says instead of answering; the codes are at opensubsonic.netlify.app/docs/responses/error."""

    code: int
    message: str


def response_of(body: bytes) -> Mapping[str, Any] | Refusal:
    """What is in an answer.

    Raises:
        SourceError: it is not the answer of such a server.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise SourceError("does not answer as a Subsonic server should (its answer is no JSON)") from None
    response = document.get("subsonic-response") if isinstance(document, dict) else None
    if not isinstance(response, dict) or response.get("status") not in ["ok", "failed"]:
        raise SourceError("does not answer as a Subsonic server should")
    if response["status"] == "ok":
        return response
    error = _object(response.get("error"))
    code = error.get("code")
    return Refusal(code if isinstance(code, int) else 0, _text(error.get("message")) or "it does not say why")


def albums_of(response: Mapping[str, Any]) -> list[ServerAlbum | None]:
    """The albums of one page; None for each that has no id."""
    found = _object(response.get("albumList2")).get("album", [])
    # Servers of old write a list of one as the one.
    items = found if isinstance(found, list) else [found]
    return [_album(_object(item)) for item in items]


def songs_of(response: Mapping[str, Any]) -> list[str]:
    """The ids of the songs of the album in an answer, in its order."""
    found = _object(response.get("album")).get("song", [])
    items = found if isinstance(found, list) else [found]
    return [song_id for item in items if (song_id := _id(_object(item).get("id")))]


def _album(item: Mapping[str, Any]) -> ServerAlbum | None:
    album_id = _id(item.get("id"))
    if album_id is None:
        return None
    original = _year(_object(item.get("originalReleaseDate")).get("year"))
    return ServerAlbum(
        id=album_id,
        title=_text(item.get("name")),
        artist=_text(item.get("artist")) or _text(item.get("displayArtist")),
        year=original or _year(item.get("year")),
        genres=_genres(item),
        release=_release(item.get("musicBrainzId")),
        art=_id(item.get("coverArt")),
    )


def _genres(item: Mapping[str, Any]) -> tuple[str, ...]:
    several = item.get("genres")
    names = [_object(one).get("name") for one in several[:MAX_GENRES_READ]] if isinstance(several, list) else []
    return tuple(name for name in map(_text, names or [item.get("genre")]) if name)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """A name; servers of old write the title 1999 as a number."""
    return clean(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _id(value: object) -> str | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if text and len(text) <= MAX_ID_CHARACTERS and clean(text) == text else None


def _year(value: object) -> int | None:
    return value if isinstance(value, int) and FIRST_YEAR <= value <= LAST_YEAR else None


def _release(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
