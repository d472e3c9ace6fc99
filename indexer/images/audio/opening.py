"""A music file's tags as mutagen reads them, within bounds."""

import struct
from pathlib import Path

from mutagen import FileType, MutagenError
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from indexer.images.audio.id3_bounds import BoundedID3, bounded_frames, bounded_wave
from indexer.images.bounded_file import BoundedFile
from sleeve.errors import FileRejectedError, one_line
from sleeve.vocabulary import Rejection

MAX_TAG_BYTES = 64 * 2**20
"""What may be read of one music file to know its tags and pictures."""

_MAX_CALLS = 100_000
_HEAD_BYTES = 128
_KINDS: tuple[type[FileType], ...] = (FLAC, MP3, MP4, OggFLAC, OggOpus, OggVorbis, WAVE)

# What mutagen raises for tags that are no tags, as well as its own errors; found by fuzzing.
FAULTS: tuple[type[Exception], ...] = (MutagenError, struct.error, LookupError, ValueError, TypeError, AttributeError)
FAULTS += (ArithmeticError, EOFError, AssertionError, NotImplementedError, RecursionError)


def open_tags(path: Path) -> FileType:
    """A music file with its tags and pictures in memory; the file is closed.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, or BAD_TAGS: no music file of a known format, damaged, or too large.
    """
    try:
        with BoundedFile(path, max_bytes=MAX_TAG_BYTES, max_calls=_MAX_CALLS) as file:
            head = file.read(_HEAD_BYTES)
            try:
                kind = max(_KINDS, key=lambda kind: kind.score(file.name, file, head))
                if kind.score(file.name, file, head) <= 0:
                    raise FileRejectedError(Rejection.BAD_TAGS, "not a music file of a format that is read")
                file.seek(0)
                return load(kind, file)
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
