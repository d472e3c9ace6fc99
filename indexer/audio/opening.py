"""A music file's tags as mutagen reads them, within bounds."""

import struct
from pathlib import Path
from typing import Any

from mutagen import FileType, MutagenError
from mutagen.flac import FLAC
from mutagen.id3 import APIC, Frame, Frames, Frames_2_2
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from db.errors import ImageRejectedError
from db.vocabulary import Rejection
from indexer.bounded_file import BoundedFile

MAX_TAG_BYTES = 64 * 2**20
"""What may be read of one music file to know its tags and pictures."""

MAX_ID3_FRAME_BYTES = 16 * 2**10
MAX_ID3_BYTES = 256 * 2**10
"""Of one ID3 frame that is no picture, and of all of them in a file; what is over that is kept, but not read."""

_MAX_CALLS = 100_000
_HEAD_BYTES = 128
_KINDS: tuple[type[FileType], ...] = (FLAC, MP3, MP4, OggFLAC, OggOpus, OggVorbis, WAVE)

# What mutagen raises, beside its own, for tags that are no tags; found by fuzzing.
FAULTS: tuple[type[Exception], ...] = (MutagenError, struct.error, LookupError, ValueError, TypeError, AttributeError)
FAULTS += (ArithmeticError, EOFError, AssertionError, NotImplementedError, RecursionError)


class _Budget:
    """How much of one file's ID3 frames is still parsed."""

    def __init__(self) -> None:
        self.left_bytes = MAX_ID3_BYTES


class _Bounded:
    """A kind of ID3 frame that is kept as it is, unread, where it would cost too much.

    mutagen would unpack any amount of a compressed one, and what it takes for texts grows with the square of their
    size.
    """

    def __init__(self, frame: type[Frame], budget: _Budget) -> None:
        self._frame = frame
        self._budget = budget

    def __call__(self, *arguments: object, **named: object) -> Frame:
        return self._frame(*arguments, **named)

    def _fromData(self, header: Any, flags: int, data: bytes) -> Frame:  # noqa: N802 - the name that mutagen calls
        compressed = Frame.FLAG24_COMPRESS if header.version >= (2, 4, 0) else Frame.FLAG23_COMPRESS
        if flags & compressed:
            raise NotImplementedError
        if not issubclass(self._frame, APIC):
            if len(data) > min(MAX_ID3_FRAME_BYTES, self._budget.left_bytes):
                raise NotImplementedError
            self._budget.left_bytes -= len(data)
        return self._frame._fromData(header, flags, data)  # type: ignore[no-any-return]


def _frames() -> dict[str, _Bounded]:
    budget = _Budget()
    return {name: _Bounded(frame, budget) for name, frame in {**Frames, **Frames_2_2}.items()}


def open_tags(path: Path) -> FileType:
    """A music file with its tags and pictures in memory; the file is closed.

    Raises:
        ImageRejectedError: MISSING, UNREADABLE, or BAD_TAGS: no music file of a known format, damaged, or too large.
    """
    try:
        with BoundedFile(path, max_bytes=MAX_TAG_BYTES, max_calls=_MAX_CALLS) as file:
            head = file.read(_HEAD_BYTES)
            try:
                kind = max(_KINDS, key=lambda kind: kind.score(file.name, file, head))
                if kind.score(file.name, file, head) <= 0:
                    raise ImageRejectedError(Rejection.BAD_TAGS, "not a music file of a format that is read")
                file.seek(0)
                return load(kind, file)
            except FAULTS as error:
                raise ImageRejectedError(Rejection.BAD_TAGS, one_line(error)) from error
    except FileNotFoundError as error:
        raise ImageRejectedError(Rejection.MISSING) from error
    except OSError as error:
        raise ImageRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error


def load(kind: type[FileType], file: object) -> FileType:
    """Parse a file, open or named by its path, as one of a kind."""
    return kind(file, known_frames=_frames()) if kind in {MP3, WAVE} else kind(file)


def one_line(error: BaseException) -> str:
    """What an error says, as part of a line; its kind where it says nothing."""
    text = " ".join(str(error).split())
    return "".join(character for character in text if character.isprintable())[:100] or type(error).__name__
