"""Which encoding a text file is in: UTF-8 and UTF-16 with or without a mark, Windows-1251 and Windows-1252."""

import codecs
import re
from pathlib import Path

from sleeve.errors import SourceError

MAX_TEXT_BYTES = 2**30
"""A larger manifest is refused."""

_SAMPLE_BYTES = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")


def encoding_of(path: Path) -> str:
    """The name of the encoding, as ``open`` takes it.

    Raises:
        SourceError: the file cannot be read, is too large, or is no text.
    """
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise SourceError(f"{path} is larger than {MAX_TEXT_BYTES // 2**30} GiB")
        with path.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
        for mark, encoding in _MARKS:
            if sample.startswith(mark):
                return encoding
        if b"\0" in sample:
            return _utf16(path, sample)
        if _is_utf8(path):
            return "utf-8"
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if _CONTROLS.search(sample):
        raise SourceError(f"{path} is not text")
    return _windows(sample)


def _utf16(path: Path, sample: bytes) -> str:
    """ASCII in UTF-16 has its zeros on one side of each pair only."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not text") from error
    if even == odd or "\0" in text:
        raise SourceError(f"{path} is not text")
    return encoding


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_SAMPLE_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _windows(sample: bytes) -> str:
    """Cyrillic words are letters past ASCII throughout; in Western European ones they are single among ASCII."""
    lonely, high = len(_LONELY.findall(sample)), len(_HIGH.findall(sample))
    return "cp1252" if 2 * lonely > high else "cp1251"
