"""What a library of another program says, as far as it is used."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.records import Pressing
from indexer.images.audio.tags import Tags
from indexer.sources.track_albums import TrackAlbum

MAX_TRACKS = 2_000_000
"""Of one library."""

MAX_TEXT_CHARACTERS = 2000
"""What is read of one text: more than a name may have, and as much as a path."""


@dataclass(frozen=True, slots=True)
class LibraryTrack:
    """A track that a library knows.

    Attributes:
        path: of its file on this machine, which need not be there; or a made-up one that only its album's tracks share.
        tags: what the library says; no pictures.
    """

    path: Path
    tags: Tags
    label: str | None = None


@dataclass(frozen=True, slots=True)
class LibraryAlbum:
    """An album that a library knows.

    Attributes:
        album: its names, genres as written, and first tracks, whose files need not be there.
        art: its picture, if the library names one.
        pressing: what it says of the record itself.
        ids: by which it is known elsewhere.
    """

    album: TrackAlbum
    art: Path | None = None
    pressing: Pressing = field(default_factory=Pressing)
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOutTracks:
    """Tracks that are of no album."""

    count: int


Reader = Callable[[Path], Iterator[LibraryAlbum | LeftOutTracks]]
"""A file → its albums, in an order that stays.

Raises ``SourceError`` if it cannot be read as a whole.
"""
