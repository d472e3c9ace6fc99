"""What a track's tags say of its album, the same for every format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutagen import FileType
from mutagen.id3 import TCON
from mutagen.mp4 import MP4, MP4FreeForm

from indexer.images.audio.opening import open_tags
from indexer.images.audio.pictures import pictures
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side

MAX_VALUES = 20
"""Values of one tag that are read."""

_ID3 = {
    "album": ("TALB",),
    "artist": ("TPE1",),
    "album_artist": ("TPE2", "TXXX:ALBUM ARTIST", "TXXX:ALBUMARTIST"),
    "date": ("TDRC", "TYER", "TDRL", "TDOR"),
    "compilation": ("TCMP", "TXXX:COMPILATION"),
}
_MP4 = {
    "album": ("\xa9alb",),
    "artist": ("\xa9ART",),
    "album_artist": ("aART",),
    "date": ("\xa9day",),
    "compilation": ("cpil",),
}
_VORBIS = {
    "album": ("album",),
    "artist": ("artist",),
    "album_artist": ("albumartist", "album artist", "album_artist"),
    "date": ("date", "year", "releasedate", "originaldate"),
    "compilation": ("compilation", "itunescompilation"),
}
_MUSICBRAINZ = {
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
}
"""Names that MusicBrainz Picard writes: in Vorbis comments, and in ID3 and MP4."""


@dataclass(frozen=True, slots=True)
class Tags:
    """A track's tags as written; None, or empty, if there are none.

    Attributes:
        genres: numbers of ID3v1 are spelled out; otherwise as written.
        musicbrainz: ids by Picard's names of them.
        sides: which pictures are embedded.
    """

    album: str | None = None
    artist: str | None = None
    album_artist: str | None = None
    date: str | None = None
    compilation: bool = False
    genres: tuple[str, ...] = ()
    musicbrainz: Mapping[str, str] = field(default_factory=dict)
    sides: frozenset[Side] = frozenset()


def read_tags(path: Path) -> Tags:
    """The tags of a music file.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    music = open_tags(path)
    try:
        return _tags(music)
    # Tags of a kind that its name does not promise: a picture where a text should be, and the like.
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise FileRejectedError(Rejection.BAD_TAGS, "a tag is not of its kind") from error


def genres_of(music: FileType) -> tuple[str, ...]:
    """The texts of the genre tag as written."""
    return tuple(_values(music, GENRE_KEYS))


GENRE_KEYS = ("TCON", "\xa9gen", "genre")
"""The genre tag in ID3, MP4 and Vorbis comments."""


def _tags(music: FileType) -> Tags:
    names = _MP4 if isinstance(music, MP4) else _ID3 if hasattr(music.tags, "getall") else _VORBIS
    found = {name: next(iter(_values(music, keys)), None) for name, keys in names.items()}
    ids = {name: _identifier(music, name, title) for name, title in _MUSICBRAINZ.items()}
    return Tags(
        album=found["album"],
        artist=found["artist"],
        album_artist=found["album_artist"],
        date=found["date"],
        compilation=(found["compilation"] or "").strip().lower() in {"1", "true", "yes"},
        genres=tuple(TCON(encoding=3, text=list(genres_of(music))).genres),
        musicbrainz={name: value for name, value in ids.items() if value},
        sides=frozenset(pictures(music)),
    )


def _identifier(music: FileType, name: str, title: str) -> str | None:
    keys = (f"----:com.apple.iTunes:{title}", f"TXXX:{title}", name)
    return next(iter(_values(music, keys)), None)


def _values(music: FileType, keys: Iterable[str]) -> list[str]:
    """The values of the first of these tags that there is."""
    tags = music.tags
    if tags is None:
        return []
    for key in keys:
        found = _get(tags, key)
        if found:
            return found[:MAX_VALUES]
    return []


def _get(tags: Any, key: str) -> list[str]:
    if hasattr(tags, "getall"):
        frames = [frame for frame in tags.getall(key.partition(":")[0]) if _is(frame, key)]
        return [str(text) for frame in frames for text in frame.text if str(text).strip()]
    try:
        values = tags.get(key, [])
    except ValueError:  # a name that no Vorbis comment can have
        return []
    values = values if isinstance(values, list) else [values]
    return [text for value in values if (text := _text(value)).strip()]


def _is(frame: Any, key: str) -> bool:
    """Whether a frame is the one that is asked for; the descriptions of TXXX are written in any case."""
    _, colon, description = key.partition(":")
    return not colon or (frame.FrameID == "TXXX" and str(frame.desc).lower() == description.lower())


def _text(value: object) -> str:
    if isinstance(value, MP4FreeForm):
        return bytes(value).decode(errors="replace")
    return str(int(value)) if isinstance(value, bool) else str(value)
