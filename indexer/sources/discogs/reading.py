"""JSON of Discogs → records. What is not as documented is left out, never trusted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.records import MAX_NAME_CHARACTERS
from indexer.sources.list_columns import without_marks
from indexer.sources.names import clean, same_name, year_of

MAX_HITS = 50
MAX_CREDITED = 50
MAX_IMAGES = 200
MAX_GENRES_READ = 20
"""How many of each are read of one answer."""

_LARGEST_ID = 10**18


class RecordKind(StrEnum):
    """What Discogs has an id for; the values are those of its own search."""

    MASTER = "master"
    """All releases of one album."""

    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search found; ``names`` are artist and title with " - " between them."""

    id: int
    names: str
    year: int | None

    def is_called(self, artist: str, title: str) -> bool:
        """Whether these may be its names; only the record tells where the artist's ends."""
        return any(same_name(names, f"{artist} - {title}") for names in (self.names, without_marks(self.names)))


@dataclass(frozen=True, slots=True)
class Record:
    """A release, or a master with all its releases.

    Attributes:
        id: of its kind.
        master: of a release: the id of its master, if it has one.
        genres: the broad ones first, then the styles.
        image: the URL of its first picture; None if it has none, or the token does not show it.
    """

    kind: RecordKind
    id: int
    artist: str
    title: str
    master: int | None
    genres: tuple[str, ...]
    image: str | None


def record(kind: RecordKind, item: Mapping[str, Any]) -> Record | None:
    """A release or a master; None if it lacks its id, title or artist."""
    record_id, title = _id(item.get("id")), _text(item.get("title"))
    artist = clean("".join(_credit(item)))
    if record_id is None or title is None or artist is None:
        return None
    genres = [_text(name) for key in ("genres", "styles") for name in _list(item, key)[:MAX_GENRES_READ]]
    return Record(
        kind,
        record_id,
        without_marks(artist),
        title,
        _id(item.get("master_id")) if kind is RecordKind.RELEASE else None,
        tuple(name for name in genres if name),
        _image(item),
    )


def hits(found: Mapping[str, Any]) -> list[Hit]:
    """What a search found, in its order."""
    read = []
    for item in _objects(found, "results", MAX_HITS):
        hit_id, names = _id(item.get("id")), _text(item.get("title"))
        if hit_id is not None and names is not None:
            read.append(Hit(hit_id, names, year_of(_text(item.get("year")))))
    return read


def _credit(item: Mapping[str, Any]) -> Iterator[str]:
    """The artists' names with what joins them: "Can", "A" + "&" + "B"."""
    credited = _objects(item, "artists", MAX_CREDITED)
    for number, artist in enumerate(credited, 1):
        yield _text(artist.get("name")) or ""
        if number < len(credited):
            joint = (_text(artist.get("join")) or ",").strip()
            yield ", " if joint == "," else f" {joint} "


def _image(item: Mapping[str, Any]) -> str | None:
    images = _objects(item, "images", MAX_IMAGES)
    primary = [image for image in images if image.get("type") == "primary"]
    return next((uri for image in primary or images if isinstance(uri := image.get("uri"), str) and uri), None)


def _list(item: Mapping[str, Any], name: str) -> list[Any]:
    found = item.get(name)
    return found if isinstance(found, list) else []


def _objects(item: Mapping[str, Any], name: str, at_most: int) -> list[dict[str, Any]]:
    return [entry for entry in _list(item, name)[:at_most] if isinstance(entry, dict)]


def _text(value: object) -> str | None:
    """A name as any database can hold it; the year of a hit is a text, that of a release a number."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    return clean(str(value)[: 4 * MAX_NAME_CHARACTERS])


def _id(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value < _LARGEST_ID else None
