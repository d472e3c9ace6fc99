"""Silent music files of every format, written byte by byte, and tagged as honest programs tag them."""

import struct
from base64 import b64encode
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, TALB, TCMP, TCON, TDRC, TPE1, TPE2, TXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

FORMATS = ("flac", "mp3", "m4a", "ogg", "opus", "wav")


def silence(kind: str) -> bytes:
    """The shortest file of a format."""
    return {
        "flac": _flac,
        "mp3": lambda: (b"\xff\xfb\x90\x00" + bytes(413)) * 8,
        "m4a": _mp4,
        "ogg": lambda: _ogg([_vorbis_head(), b"\x03vorbis" + _comments() + b"\x01", b"\x05vorbis" + bytes(20)]),
        "opus": lambda: _ogg([b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0), b"OpusTags" + _comments()]),
        "wav": _wav,
    }[kind]()


def write_track(
    path: Path,
    *,
    album: str | None = None,
    artist: str | None = None,
    album_artist: str | None = None,
    date: str | None = None,
    genres: Sequence[str] = (),
    compilation: bool = False,
    ids: Mapping[str, str] | None = None,
    pictures: Sequence[tuple[int, bytes]] = (),
) -> Path:
    """A silent track; its name's ending says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.suffix[1:].lower()
    path.write_bytes(silence(kind))
    names = {"album": album, "artist": artist, "albumartist": album_artist, "date": date}
    said: dict[str, list[str]] = {name: [value] for name, value in names.items() if value is not None}
    if genres:
        said["genre"] = list(genres)
    if compilation:
        said["compilation"] = ["1"]
    if kind in {"mp3", "wav"}:
        _tag_id3(path, said, ids or {}, pictures)
    elif kind == "m4a":
        _tag_mp4(path, said, ids or {}, pictures)
    else:
        _tag_vorbis(path, said, ids or {}, pictures)
    return path


_TITLES = {
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
}


def _tag_id3(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    music: Any = MP3(path) if path.suffix.lower() == ".mp3" else WAVE(path)
    if music.tags is None:
        music.add_tags()
    frames: Any = {"album": TALB, "artist": TPE1, "albumartist": TPE2, "date": TDRC, "genre": TCON, "compilation": TCMP}
    for name, values in said.items():
        music.tags.add(frames[name](encoding=3, text=values))
    for name, value in ids.items():
        music.tags.add(TXXX(encoding=3, desc=_TITLES[name], text=[value]))
    for number, (kind, data) in enumerate(pictures):
        music.tags.add(APIC(encoding=3, mime="image/png", type=kind, desc=str(number), data=data))
    music.save()


def _tag_mp4(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    music: Any = MP4(path)
    names = {"album": "\xa9alb", "artist": "\xa9ART", "albumartist": "aART", "date": "\xa9day", "genre": "\xa9gen"}
    for name, values in said.items():
        music["cpil" if name == "compilation" else names[name]] = True if name == "compilation" else values
    for name, value in ids.items():
        music[f"----:com.apple.iTunes:{_TITLES[name]}"] = [value.encode()]
    if pictures:
        music["covr"] = [MP4Cover(data, MP4Cover.FORMAT_PNG) for _, data in pictures]
    music.save()


def _tag_vorbis(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    kinds: Any = {".flac": FLAC, ".ogg": OggVorbis, ".opus": OggOpus}
    music: Any = kinds[path.suffix.lower()](path)
    for name, values in [*said.items(), *((name, [value]) for name, value in ids.items())]:
        music[name] = values
    for kind, data in pictures:
        picture = Picture()
        picture.type, picture.data, picture.mime = kind, data, "image/png"
        if isinstance(music, FLAC):
            music.add_picture(picture)
        else:
            block = b64encode(picture.write()).decode()
            music["metadata_block_picture"] = [*music.get("metadata_block_picture", []), block]
    music.save()


def _flac() -> bytes:
    rate_channels_bits = (44100 << 12) | (1 << 9) | (15 << 4)
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + struct.pack(">Q", rate_channels_bits << 32) + bytes(16)
    return b"fLaC" + bytes([0x80]) + len(info).to_bytes(3, "big") + info


def _atom(name: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), name) + data


def _mp4() -> bytes:
    sound = _atom(
        b"mp4a",
        bytes(6),
        struct.pack(">H", 1),
        bytes(8),
        struct.pack(">HHHHI", 2, 16, 0, 0, 44100 << 16),
        _atom(b"free"),
    )
    described = _atom(b"stsd", bytes(4), struct.pack(">I", 1), sound)
    offsets = _atom(b"stco", bytes(8))
    media = _atom(
        b"mdia",
        _atom(b"mdhd", bytes(12), struct.pack(">II", 44100, 44100), bytes(4)),
        _atom(b"hdlr", bytes(8), b"soun", bytes(13)),
        _atom(b"minf", _atom(b"stbl", described, offsets)),
    )
    head = _atom(b"mvhd", bytes(12), struct.pack(">II", 1000, 1000), bytes(80))
    return _atom(b"ftyp", b"M4A \0\0\0\0M4A mp42") + _atom(b"moov", head, _atom(b"trak", media)) + _atom(b"mdat")


def _comments() -> bytes:
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)


def _vorbis_head() -> bytes:
    return b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 2, 44100, 0, 128000, 0, 0xB8, 1)


def _ogg(packets: Sequence[bytes]) -> bytes:
    out = BytesIO()
    for number, part in enumerate([packets[:1], packets[1:], [b"\0"]]):
        page: Any = OggPage()
        page.serial, page.sequence, page.packets = 1, number, list(part)
        page.first, page.last, page.position = number == 0, number == 2, 100 if number == 2 else 0
        out.write(page.write())
    return out.getvalue()


def _wav() -> bytes:
    described = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + described + b"data" + struct.pack("<I", 8) + bytes(8)
    return b"RIFF" + struct.pack("<I", len(body)) + body
