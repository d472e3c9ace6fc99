"""What a track's tags say about its album, the same for every format."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from mutagen.id3 import ID3, TCON, Encoding, TextFrame
from mutagen.mp4 import MP4FreeForm, MP4Tags

from indexer.images.audio.opening import Music, open_tags
from indexer.images.audio.pictures import pictures
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side

MAX_VALUES = 20
"""Values of one tag that are read."""

_MAX_FRAMES = 200
"""Frames of one track that are looked at for the encoding of its tags."""

_ORIGINAL_NAMES = ("originaldate", "originalyear", "original date", "original year", "originalreleasedate")
"""How taggers name the date of the first release, in formats that let them choose names."""

_FREEFORM = "----:com.apple.iTunes:"

# The tags of each format; the first that says something counts, of dates each after the other.
_ID3 = {
    "title": ("TIT2",),
    "disc": ("TPOS",),
    "album": ("TALB",),
    "artist": ("TPE1",),
    "album_artist": ("TPE2", "TXXX:ALBUM ARTIST", "TXXX:ALBUMARTIST"),
    "genres": ("TCON",),
    "original_dates": ("TDOR", "TORY", *(f"TXXX:{name}" for name in _ORIGINAL_NAMES)),
    "dates": ("TDRC", "TYER", "TDRL", "TXXX:DATE", "TXXX:YEAR"),
    "compilation": ("TCMP", "TXXX:COMPILATION"),
}
_MP4 = {
    "title": ("\xa9nam",),
    "disc": ("disk",),
    "album": ("\xa9alb",),
    "artist": ("\xa9ART",),
    "album_artist": ("aART",),
    "genres": ("\xa9gen",),
    "original_dates": tuple(f"{_FREEFORM}{name}" for name in _ORIGINAL_NAMES),
    "dates": ("\xa9day", f"{_FREEFORM}DATE", f"{_FREEFORM}YEAR"),
    "compilation": ("cpil",),
}
_VORBIS = {
    "title": ("title",),
    "disc": ("discnumber", "disc"),
    "album": ("album",),
    "artist": ("artist",),
    "album_artist": ("albumartist", "album artist", "album_artist"),
    "genres": ("genre",),
    "original_dates": _ORIGINAL_NAMES,
    "dates": ("date", "year", "releasedate"),
    "compilation": ("compilation", "itunescompilation"),
}
_KEYED = {
    "title": ("title", "inam"),
    "disc": ("disc", "discnumber", "wm/partofset"),
    "album": ("album", "wm/albumtitle", "iprd"),
    "artist": ("artist", "author", "iart"),
    "album_artist": ("album artist", "albumartist", "album_artist", "wm/albumartist"),
    "genres": ("genre", "wm/genre", "ignr"),
    "original_dates": (*_ORIGINAL_NAMES, "wm/originalreleasetime", "wm/originalreleaseyear"),
    "dates": ("year", "date", "wm/year", "releasedate", "icrd"),
    "compilation": ("compilation", "itunescompilation", "wm/iscompilation"),
}
"""APEv2, ASF and RIFF INFO, whose names do not collide."""

_BARCODES = ("barcode", "upc", "ean", "wm/barcode")
"""Names that taggers give a barcode."""

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
        original_dates, dates: of the first release, and of this one, the likeliest first.
        genres: numbers of ID3v1 are spelled out; otherwise as written.
        musicbrainz: ids and the barcode, by Picard's names of them.
        sides: which pictures are embedded.
        title: of the track.
        disc: its disc's number, or the number of discs with it.
        picture: what the front's bytes are known by; None if there is none.
        in_latin1: the texts with letters past ASCII that say they are Latin-1, read so; all of the tags that are texts.
    """

    album: str | None = None
    artist: str | None = None
    album_artist: str | None = None
    original_dates: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    compilation: bool = False
    genres: tuple[str, ...] = ()
    musicbrainz: Mapping[str, str] = field(default_factory=dict)
    sides: frozenset[Side] = frozenset()
    title: str | None = None
    disc: str | None = None
    picture: str | None = None
    in_latin1: frozenset[str] = frozenset()


def read_tags(path: Path, *, named: Path | None = None) -> Tags:
    """The tags of a music file; ``named`` is what it is called otherwise.

    Raises:
        FileRejectedError: MISSING, UNREADABLE or BAD_TAGS.
    """
    music = open_tags(path, named=named)
    try:
        return _tags(music)
    # Tags of a kind that its name does not promise: a picture instead of a text, for example.
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise FileRejectedError(Rejection.BAD_TAGS, "a tag is not of its kind") from error


def genres_of(music: Music) -> tuple[str, ...]:
    """The texts of the genre tag as written."""
    return tuple(_first(music, "genres"))


def _tags(music: Music) -> Tags:
    ids = {name: _identifier(music, name, title) for name, title in _MUSICBRAINZ.items()}
    ids["barcode"] = next((code for name in _BARCODES if (code := _identifier(music, name, name.upper()))), None)
    shown = pictures(music)
    front = next(iter(shown.get(Side.FRONT, ())), None)
    return Tags(
        album=_one(music, "album"),
        artist=_one(music, "artist"),
        album_artist=", ".join(dict.fromkeys(_first(music, "album_artist"))) or None,
        original_dates=_all(music, "original_dates"),
        dates=_all(music, "dates"),
        compilation=(_one(music, "compilation") or "").strip().lower() in {"1", "true", "yes"},
        genres=tuple(TCON(encoding=3, text=list(genres_of(music))).genres),
        musicbrainz={name: value for name, value in ids.items() if value},
        sides=frozenset(shown),
        title=_one(music, "title"),
        disc=_one(music, "disc"),
        picture=None if front is None else f"{len(front)}-{crc32(front):08x}",
        in_latin1=frozenset((*_in_latin1(music.tags), *music.more.in_latin1)),
    )


def _identifier(music: Music, name: str, title: str) -> str | None:
    keys = (f"{_FREEFORM}{title}", f"TXXX:{title}", name)
    found = (_get(music.tags, key) for key in keys)
    more = (music.more.texts.get(key, []) for key in (name, title.lower().replace(" ", "/", 1)))
    return next((texts[0] for texts in (*found, *more) if texts), None)


def _one(music: Music, name: str) -> str | None:
    return next(iter(_first(music, name)), None)


def _first(music: Music, name: str) -> list[str]:
    """The values of the first of these tags that there is."""
    return next(_values(music, name), [])


def _all(music: Music, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in _values(music, name) for text in texts))


def _values(music: Music, name: str) -> Iterator[list[str]]:
    """What each tag of a name says, those that say nothing left out."""
    tags = music.tags
    names = _MP4 if isinstance(tags, MP4Tags) else _ID3 if isinstance(tags, ID3) else _VORBIS
    said = [_get(tags, key) for key in names[name]]
    more = [_said(music.more.texts.get(key, [])) for key in _KEYED[name]]
    for texts in (*more, *said) if music.more_first else (*said, *more):
        if texts:
            yield texts[:MAX_VALUES]


def _said(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text.strip()]


def _get(tags: Any, key: str) -> list[str]:
    if tags is None:
        return []
    if isinstance(tags, ID3):
        return _id3_texts(tags, key)
    if isinstance(tags, MP4Tags) and key.startswith(_FREEFORM):
        key = next((name for name in tags if name.lower() == key.lower()), key)
    try:
        values = tags.get(key, [])
    except ValueError:  # a name that no Vorbis comment can have
        return []
    values = values if isinstance(values, list) else [values]
    return _said(_text(value) for value in values)


def _id3_texts(tags: ID3, key: str) -> list[str]:
    written = getattr(tags, "dates", {}).get(key)
    if written is None:
        frames = [frame for frame in tags.getall(key.partition(":")[0]) if _is(frame, key)]
        written = [str(text) for frame in frames for text in frame.text]
    return _said(written)


def _is(frame: Any, key: str) -> bool:
    """Whether a frame is the one that is asked for; the descriptions of TXXX are written in any case."""
    _, colon, description = key.partition(":")
    return not colon or (frame.FrameID == "TXXX" and str(frame.desc).lower() == description.lower())


def _in_latin1(tags: Any) -> Iterator[str]:
    frames = list(tags.values())[:_MAX_FRAMES] if isinstance(tags, ID3) else []
    for frame in frames:
        if isinstance(frame, TextFrame) and frame.encoding == Encoding.LATIN1:
            texts: list[object] = frame.text  # type: ignore[attr-defined]
            yield from (text for text in map(str, texts[:MAX_VALUES]) if not text.isascii())


def _text(value: object) -> str:
    if isinstance(value, MP4FreeForm):
        return bytes(value).decode(errors="replace")
    return str(int(value)) if isinstance(value, bool) else str(value)
