"""What of a file's ID3 tags mutagen may read, so that memory and time stay bounded."""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from mutagen import MutagenError
from mutagen.id3 import APIC, ID3, Frame, Frames, Frames_2_2, ID3NoHeaderError, TextFrame
from mutagen.id3._util import unsynch
from mutagen.wave import WAVE, _WaveID3

MAX_ID3_FRAME_BYTES = 16 * 2**10
MAX_ID3_BYTES = 256 * 2**10
"""Of one ID3 frame that is not a picture, and of all of them in a file; what is over that is kept, but not read."""

MAX_ID3_COPIED_BYTES = 8 * 2**30
"""What mutagen may copy while it reads one tag; one with 30 MB of pictures after 50 texts has 1.5 GB."""


_DATES = {"TDRC", "TDOR", "TDRL", "TYER", "TORY", "TYE", "TOR"}
_NEW_NAMES = {"TYE": "TYER", "TOR": "TORY"}
"""Of ID3v2.2."""


class _Budget:
    """How much of one file's ID3 frames is still parsed, and the texts of its dates, of which mutagen keeps the digits.

    Attributes:
        dates: by the frame's name in ID3v2.3 and 2.4.
    """

    def __init__(self) -> None:
        self.left_bytes = MAX_ID3_BYTES
        self.dates: dict[str, list[str]] = {}

    def keep_date(self, name: str, header: Any, flags: int, data: bytes) -> None:
        texts = TextFrame._fromData(header, flags, data).text
        self.dates.setdefault(_NEW_NAMES.get(name, name), []).extend(str(text) for text in texts)


class _Bounded:
    """A kind of ID3 frame that is kept as it is, unread, if it is compressed or too large."""

    def __init__(self, frame: type[Frame], budget: _Budget) -> None:
        self._frame = frame
        self._budget = budget

    @property
    def dates(self) -> dict[str, list[str]]:
        """The texts of all dates of its file."""
        return self._budget.dates

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
        if self._frame.__name__ in _DATES:
            self._budget.keep_date(self._frame.__name__, header, flags, data)
        return self._frame._fromData(header, flags, data)  # type: ignore[no-any-return]


def bounded_frames() -> dict[str, _Bounded]:
    """For ``known_frames`` of one file."""
    budget = _Budget()
    return {name: _Bounded(frame, budget) for name, frame in {**Frames, **Frames_2_2}.items()}


class _BoundedRead:
    """Reads ID3 unless it has too many frames.

    Attributes:
        dates: the texts of dates as they are written, by the frame's name.
    """

    dates: Mapping[str, list[str]] = MappingProxyType({})

    def _read(self, header: Any, data: bytes) -> bytes:
        _check(header, data)
        rest = super()._read(header, data)  # type: ignore[misc]
        self.dates = header.known_frames["TDRC"].dates
        return rest  # type: ignore[no-any-return]


class BoundedID3(_BoundedRead, ID3):
    """The tags of an MP3, refused if they have too many frames."""


class _BoundedWaveID3(_BoundedRead, _WaveID3):
    pass


def id3_tags(file: Any) -> BoundedID3 | None:
    """The ID3 tags that a file, or the chunk of one, begins with; None if there are none.

    Raises:
        MutagenError: they are damaged, or have too many frames.
    """
    file.seek(0)
    with suppress(ID3NoHeaderError):
        return BoundedID3(file, known_frames=bounded_frames())  # type: ignore[no-untyped-call]
    return None


def is_old(tags: object) -> bool:
    """Whether tags are ID3v1 alone."""
    return isinstance(tags, ID3) and tags.version < (2,)


def bounded_wave(file: Any) -> WAVE:
    """A WAV, open or named by its path. Its tags are read twice, since mutagen's class has no place for another reader.

    Raises:
        MutagenError: its tags have too many frames, or it is not a WAV.
    """
    tags = None
    with suppress(ID3NoHeaderError):
        tags = _BoundedWaveID3(file, known_frames=bounded_frames())  # type: ignore[no-untyped-call]
    if not isinstance(file, str):
        file.seek(0)
    wave = WAVE(file, known_frames=bounded_frames())
    if tags is not None:
        wave.tags = tags  # type: ignore[assignment]
    return wave


def _check(header: Any, data: bytes) -> None:
    if header.version < (2, 4, 0) and header.f_unsynch:
        try:
            data = unsynch.decode(data)
        except ValueError:
            return
    # Sizes have seven bits a byte in 2.4, but for those who write eight; whichever mutagen takes, it is one of the two.
    bits = (7, 8) if header.version >= (2, 4, 0) else (8,)
    if max(_copied_bytes(data, 3 if header.version < (2, 3, 0) else 4, count) for count in bits) > MAX_ID3_COPIED_BYTES:
        raise MutagenError("its ID3 tags have too many frames")


def _copied_bytes(data: bytes, name_bytes: int, bits: int) -> int:
    """What is left after each frame, added up until it is too much."""
    head_bytes = 6 if name_bytes == 3 else 10
    at, copied = 0, 0
    while at + head_bytes <= len(data) and data[at : at + name_bytes].strip(b"\0") and copied <= MAX_ID3_COPIED_BYTES:
        size = 0
        for byte in data[at + name_bytes : at + 2 * name_bytes]:
            size = (size << bits) + (byte & (1 << bits) - 1)
        at += head_bytes + size
        copied += max(0, len(data) - at)
    return copied
