"""A music file's tags as mutagen, or a reader of this package, reads them, within bounds."""

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from mutagen import FileType, MutagenError
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from indexer.images.audio import asf, chunks
from indexer.images.audio.ape import ape_tags
from indexer.images.audio.id3_bounds import BoundedID3, bounded_frames, bounded_wave, id3_tags, is_old
from indexer.images.audio.keyed_tags import KeyedTags
from indexer.images.audio.ogg_flac_pictures import ogg_flac_pictures
from indexer.images.bounded_file import BoundedFile, OverBudgetError
from sleeve.errors import FileRejectedError, one_line
from sleeve.vocabulary import Rejection

MAX_TAG_BYTES = 64 * 2**20
"""What may be read of one music file to know its tags and pictures."""

_MAX_CALLS = 100_000
_HEAD_BYTES = 128
_KINDS: tuple[type[FileType], ...] = (FLAC, MP3, MP4, OggFLAC, OggOpus, OggVorbis, WAVE)

_APE_MARKS = (b"MAC ", b"wvpk", b"MP+", b"MPCK", b"TTA1", b"TTA2")
_AAC_MARKS = (b"ADIF", b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\xff\xf8")
_APE_SUFFIXES = {".ape", ".wv", ".mpc"}
_ID3_AND_APE_SUFFIXES = {*_APE_SUFFIXES, ".tta", ".aac"}
_MATROSKA = b"\x1a\x45\xdf\xa3"

# What mutagen raises for tags that are not tags, as well as its own errors; found by fuzzing.
FAULTS: tuple[type[Exception], ...] = (MutagenError, struct.error, LookupError, ValueError, TypeError, AttributeError)
FAULTS += (ArithmeticError, EOFError, AssertionError, NotImplementedError, RecursionError, OverBudgetError)


class Container(Enum):
    """Where a file keeps its tags."""

    FRONT = "ID3v2 before the sound"
    APE = "APEv2 behind the sound"
    FLAC = "blocks of FLAC"
    OGG = "packets of Ogg"
    MP4 = "atoms of MP4"
    WAV = "chunks of RIFF"
    AIFF = "chunks of AIFF"
    DSDIFF = "chunks of DSDIFF"
    DSF = "ID3v2 that a DSF points to"
    ASF = "the header of ASF"


_CONTAINERS: Mapping[type[FileType], Container] = {
    FLAC: Container.FLAC,
    MP3: Container.FRONT,
    MP4: Container.MP4,
    OggFLAC: Container.OGG,
    OggOpus: Container.OGG,
    OggVorbis: Container.OGG,
    WAVE: Container.WAV,
}


@dataclass(frozen=True, slots=True)
class Music:
    """What a music file says about itself, in memory.

    Attributes:
        tags: ID3, MP4's, or Vorbis comments; None if there are none.
        more: what else there is: it counts for what ``tags`` does not say, or the other way round.
        more_first: whether ``tags`` are ID3v1 only, which cuts names.
        pictures: those outside the tags, by kind.
    """

    container: Container
    tags: Any
    more: KeyedTags
    pictures: tuple[tuple[int, bytes], ...] = ()
    more_first: bool = False


def open_tags(path: Path, *, named: Path | None = None) -> Music:
    """A music file with its tags and pictures in memory; the file is closed.

    Args:
        named: what the file is called otherwise: endings of names tell some formats.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, or BAD_TAGS: no music file of a known format, damaged, or too large.
    """
    with opened(path) as file:
        file.name = str(named or path)
        return _read(file, file.read(_HEAD_BYTES))


@contextmanager
def opened(path: Path) -> Iterator[BoundedFile]:
    """A music file to be read within bounds.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, or BAD_TAGS for anything that reading its tags raises.
    """
    try:
        with BoundedFile(path, max_bytes=MAX_TAG_BYTES, max_calls=_MAX_CALLS) as file:
            try:
                yield file
            except FAULTS as error:
                raise FileRejectedError(Rejection.BAD_TAGS, one_line(error)) from error
    except FileNotFoundError as error:
        raise FileRejectedError(Rejection.MISSING) from error
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error


def load(kind: type[FileType], file: object) -> FileType:
    """Parse a file, open or named by its path, as one of a kind."""
    if kind is MP3:
        return MP3(file, ID3=BoundedID3, known_frames=bounded_frames())
    return bounded_wave(file) if kind is WAVE else kind(file)


def _read(file: BoundedFile, head: bytes) -> Music:
    if head.startswith(_MATROSKA):
        raise FileRejectedError(Rejection.BAD_TAGS, "Matroska, whose tags are not read")
    return _read_here(file, head) or _read_by_mutagen(file, head)


def _read_here(file: BoundedFile, head: bytes) -> Music | None:
    """The formats that are not left to mutagen."""
    suffix = PurePath(file.name).suffix.lower()
    if head.startswith(asf.HEADER):
        return Music(Container.ASF, None, asf.asf_tags(file))
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return _with_id3(Container.AIFF, chunks.chunk(file, chunks.AIFF, b"ID3 ", b"id3 "))
    if head[:4] == b"FRM8" and head[12:16] == b"DSD ":
        return _with_id3(Container.DSDIFF, chunks.chunk(file, chunks.DSDIFF, b"ID3 ", b"id3 "))
    if head[:4] == b"DSD ":
        (at,) = struct.unpack_from("<Q", head, 20)
        file.seek(min(at, file.size_bytes) if at else file.size_bytes)
        return _with_id3(Container.DSF, file.read())
    if (
        head.startswith(_APE_MARKS)
        or (suffix == ".aac" and head.startswith(_AAC_MARKS))
        or (suffix in _ID3_AND_APE_SUFFIXES and head.startswith(b"ID3"))
    ):
        tags = id3_tags(file)
        container = Container.APE if suffix in _APE_SUFFIXES else Container.FRONT
        return Music(container, tags, ape_tags(file) or KeyedTags(), more_first=is_old(tags))
    return None


def _with_id3(container: Container, data: bytes | None) -> Music:
    return Music(container, id3_tags(BytesIO(data)) if data else None, KeyedTags())


def _read_by_mutagen(file: BoundedFile, head: bytes) -> Music:
    kind = max(_KINDS, key=lambda kind: kind.score(file.name, file, head))
    if kind.score(file.name, file, head) <= 0:
        raise FileRejectedError(Rejection.BAD_TAGS, "not a music file of a format that is read")
    file.seek(0)
    music = load(kind, file)
    more = chunks.riff_info(file) if kind is WAVE else ape_tags(file) if kind is MP3 else None
    return Music(_CONTAINERS[kind], music.tags, more or KeyedTags(), tuple(_blocks(music, file)), is_old(music.tags))


def _blocks(music: FileType, file: BoundedFile) -> Iterator[tuple[int, bytes]]:
    if isinstance(music, OggFLAC):
        yield from ogg_flac_pictures(file)
    elif isinstance(music, FLAC):
        yield from ((picture.type, picture.data) for picture in music.pictures)
