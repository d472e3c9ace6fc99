"""What the services say, as far as it is used. ``Mbid`` is a MusicBrainz identifier: a UUID in lower case."""

from dataclasses import dataclass
from typing import NewType

from sleeve.vocabulary import Side

Mbid = NewType("Mbid", str)


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """An album in MusicBrainz's words; ``tags`` with their votes, the most voted first."""

    id: Mbid
    title: str
    artist: str
    year: int | None
    tags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search found; ``score`` is the service's own, 100 at most."""

    group: ReleaseGroup
    score: int
    is_album: bool


@dataclass(frozen=True, slots=True)
class Release:
    """One pressing of it, and which of its sides the archive says that it has."""

    id: Mbid
    official: bool
    date: str
    sides: frozenset[Side]
    barcode: str | None = None


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image of a release. ``url`` is where the whole image is, and only looked at; fetched is the thumbnail."""

    id: str
    url: str
    types: frozenset[str]
    approved: bool
