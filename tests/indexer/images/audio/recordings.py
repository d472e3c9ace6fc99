"""Silent music files of every format, written byte by byte, and tagged as honest programs tag them."""

import struct
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from mutagen._vorbis import VCommentDict
from mutagen.aiff import AIFF
from mutagen.apev2 import BINARY, APEv2, APEValue
from mutagen.asf import ASF
from mutagen.asf._attrs import ASFByteArrayAttribute
from mutagen.dsdiff import DSDIFF
from mutagen.dsf import DSF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCMP, TCON, TDRC, TPE1, TPE2, TXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

FORMATS = ("flac", "mp3", "m4a", "ogg", "opus", "wav")
"""Those whose genres can be written, but for FLAC in Ogg."""

READ_FORMATS = ("aiff", "aac", "tta", "dsf", "dff", "ape", "wv", "mpc", "wma", "oga")


def silence(kind: str) -> bytes:
    """The shortest file of a format."""
    makers: dict[str, Callable[[], bytes]] = {
        "flac": _flac,
        "mp3": lambda: (b"\xff\xfb\x90\x00" + bytes(413)) * 8,
        "m4a": _mp4,
        "ogg": lambda: _ogg([_vorbis_head(), b"\x03vorbis" + _comments() + b"\x01", b"\x05vorbis" + bytes(20)]),
        "opus": lambda: _ogg([b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0), b"OpusTags" + _comments()]),
        "wav": _wav,
        "aiff": lambda: _iff(b"FORM", b"AIFF", ">4sI", {b"COMM": _COMMON, b"SSND": bytes(8)}),
        "aac": lambda: (b"\xff\xf1\x50\x80\x01\x7f\xfc" + bytes(4)) * 8,
        "tta": lambda: b"TTA1" + struct.pack("<HHHII", 1, 2, 16, 44100, 1000) + bytes(8),
        "dsf": _dsf,
        "dff": lambda: _iff(b"FRM8", b"DSD ", ">4sQ", {b"FVER": b"\1\5\0\0", b"PROP": _PROPERTIES, b"DSD ": bytes(8)}),
        "ape": lambda: b"MAC " + struct.pack("<HH", 3990, 0) + bytes(100),
        "wv": lambda: b"wvpk" + struct.pack("<IHBBIIIII", 24, 0x410, 0, 0, 0, 0, 0, 0, 0),
        "mpc": lambda: b"MPCK" + bytes(60),
        "wma": lambda: _ASF_HEADER + struct.pack("<QL", 30, 0) + b"\1\2" + bytes(50),
        "oga": lambda: _ogg([_ogg_flac_head(1), b"\x84" + _sized(_comments())]),
    }
    return makers[kind]()


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
    writers = dict.fromkeys(("mp3", "wav", "aiff", "aac", "tta", "dsf", "dff"), _tag_id3)
    writers |= {"m4a": _tag_mp4, "wma": _tag_asf, "oga": _tag_ogg_flac, **dict.fromkeys(("ape", "wv", "mpc"), _tag_ape)}
    writers.get(kind, _tag_vorbis)(path, said, ids or {}, pictures)
    return path


_TITLES = {
    "barcode": "BARCODE",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
}


def _tag_id3(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    kinds: Any = {".mp3": MP3, ".wav": WAVE, ".aiff": AIFF, ".dsf": DSF, ".dff": DSDIFF}
    tags: Any = ID3()
    if path.suffix.lower() in kinds:
        music = kinds[path.suffix.lower()](path)
        if music.tags is None:
            music.add_tags()
        tags = music.tags
    frames: Any = {"album": TALB, "artist": TPE1, "albumartist": TPE2, "date": TDRC, "genre": TCON, "compilation": TCMP}
    for name, values in said.items():
        tags.add(frames[name](encoding=3, text=values))
    for name, value in ids.items():
        tags.add(TXXX(encoding=3, desc=_TITLES[name], text=[value]))
    for number, (kind, data) in enumerate(pictures):
        tags.add(APIC(encoding=3, mime="image/png", type=kind, desc=str(number), data=data))
    tags.save(path)


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
        picture = _picture(kind, data)
        if isinstance(music, FLAC):
            music.add_picture(picture)
        else:
            block = b64encode(picture.write()).decode()
            music["metadata_block_picture"] = [*music.get("metadata_block_picture", []), block]
    music.save()


def _tag_ogg_flac(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    comments: Any = VCommentDict()
    for name, values in [*said.items(), *((name, [value]) for name, value in ids.items())]:
        comments[name] = values
    blocks = [b"\x04" + _sized(comments.write(framing=False))]
    blocks += [b"\x06" + _sized(_picture(kind, data).write()) for kind, data in pictures]
    blocks[-1] = bytes([blocks[-1][0] | 0x80]) + blocks[-1][1:]
    path.write_bytes(_ogg([_ogg_flac_head(len(blocks)), *blocks]))


def _tag_ape(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    music: Any = APEv2()
    names = {"albumartist": "Album Artist", "date": "YEAR"}
    for name, values in said.items():
        music[names.get(name, name.title())] = values
    for name, value in ids.items():
        music[name.upper()] = value
    for kind, data in reversed(pictures):
        side = {3: "Front", 4: "Back", 0: "Other"}[kind]
        music[f"Cover Art ({side})"] = APEValue(b"a.png\0" + data, BINARY)
    music.save(path)


def _tag_asf(
    path: Path, said: Mapping[str, list[str]], ids: Mapping[str, str], pictures: Sequence[tuple[int, bytes]]
) -> None:
    music: Any = ASF(path)
    names = {
        "album": "WM/AlbumTitle",
        "artist": "Author",
        "albumartist": "WM/AlbumArtist",
        "date": "WM/Year",
        "genre": "WM/Genre",
    }
    for name, values in said.items():
        music["WM/IsCompilation" if name == "compilation" else names[name]] = True if name == "compilation" else values
    for name, value in ids.items():
        title = "WM/Barcode" if name == "barcode" else _TITLES[name].replace("MusicBrainz ", "MusicBrainz/")
        music[title] = value
    head = "image/png\0cover\0".encode("utf-16-le")
    music["WM/Picture"] = [
        ASFByteArrayAttribute(struct.pack("<BI", kind, len(data)) + head + data) for kind, data in pictures
    ]
    music.save()


def _picture(kind: int, data: bytes) -> Picture:
    picture = Picture()
    picture.type, picture.data, picture.mime = kind, data, "image/png"
    return picture


def _sized(block: bytes) -> bytes:
    return len(block).to_bytes(3, "big") + block


_COMMON = struct.pack(">hLh", 1, 8, 8) + b"\x40\x0e\xac\x44" + bytes(6)
_PROPERTIES = b"SND " + struct.pack(">4sQL", b"FS  ", 4, 2822400) + struct.pack(">4sQ4s", b"CMPR", 4, b"DSD ")
_ASF_HEADER = UUID("75B22630-668E-11CF-A6D9-00AA0062CE6C").bytes_le


def _iff(form: bytes, kind: bytes, head: str, chunks: Mapping[bytes, bytes]) -> bytes:
    body = kind + b"".join(struct.pack(head, name, len(data)) + data for name, data in chunks.items())
    return struct.pack(head, form, len(body)) + body


def _dsf() -> bytes:
    described = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 2, 2, 2822400, 1, 8, 4096, 0)
    sound = b"data" + struct.pack("<Q", 12)
    return b"DSD " + struct.pack("<QQQ", 28, 28 + len(described) + len(sound), 0) + described + sound


def _ogg_flac_head(blocks: int) -> bytes:
    return b"\x7fFLAC\x01\x00" + blocks.to_bytes(2, "big") + _flac()


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
    first: Any = OggPage()
    first.packets = list(packets[:1])
    # Its own pages, as the formats ask for; their last one ends with the headers.
    pages: Any = [first, *OggPage.from_packets(list(packets[1:]), sequence=1), OggPage()]
    pages[-1].packets, pages[-1].position = [b"\0"], 100
    for number, page in enumerate(pages):
        page.serial, page.sequence = 1, number
    first.first, pages[-1].last = True, True
    return b"".join(page.write() for page in pages)


def _wav() -> bytes:
    described = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + described + b"data" + struct.pack("<I", 8) + bytes(8)
    return b"RIFF" + struct.pack("<I", len(body)) + body
