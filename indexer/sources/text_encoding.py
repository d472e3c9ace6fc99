"""Which encoding a text file is in: UTF-8 and UTF-16 with or without a mark, else an older one by its letters."""

import codecs
import re
from pathlib import Path

from indexer.old_encodings import OF_TABLES, Likely, likely_encoding
from sleeve.errors import SourceError

MAX_TEXT_BYTES = 2**30
"""A larger table is refused."""

_SAMPLE_BYTES = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_EVIDENCE_BYTES = 2**16
"""What is looked at of the lines past ASCII: some thousand names, and a tenth of a second."""


def encoding_of(path: Path) -> Likely:
    """The encoding, as ``open`` calls it.

    Raises:
        SourceError: the file cannot be read, is too large, or is not a text.
    """
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise SourceError(f"{path} is larger than {MAX_TEXT_BYTES // 2**30} GiB")
        with path.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
        for mark, encoding in _MARKS:
            if sample.startswith(mark):
                return Likely(encoding)
        if b"\0" in sample:
            return Likely(_utf16(path, sample))
        if _is_utf8(path):
            return Likely("utf-8")
        lines = _lines_past_ascii(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if _CONTROLS.search(sample):
        raise SourceError(f"{path} is not text")
    return Likely("utf-8") if _is_nearly_utf8(lines) else likely_encoding(lines, OF_TABLES)


def is_guess(likely: Likely) -> bool:
    """Whether ``encoding_of`` has no proof for such an encoding, only the likeliness of its letters."""
    return likely.encoding in OF_TABLES


def known_encoding(name: str) -> str:
    """An encoding that somebody asks for, as Python calls it.

    Raises:
        SourceError: there is none of this name.
    """
    try:
        found = codecs.lookup(name)
        "a".encode(found.name)
    except (LookupError, ValueError) as error:
        raise SourceError(f"there is no encoding {name}; utf-8, cp1252 or shift_jis are some") from error
    return found.name


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


def _is_nearly_utf8(lines: bytes) -> bool:
    """Whether these are UTF-8 with a stray byte here and there: no other encoding has that many of its letters."""
    past_ascii = [sign for sign in lines.decode(errors="surrogateescape") if sign > "\x7f"]
    stray = sum("\udc80" <= sign <= "\udcff" for sign in past_ascii)
    return len(past_ascii) >= 2 * stray


def _lines_past_ascii(path: Path) -> bytes:
    """The first lines that hold bytes past ASCII, wherever they are: encodings differ in nothing else."""
    found = bytearray()
    with path.open("rb") as file:
        while len(found) < _EVIDENCE_BYTES and (line := file.readline(_EVIDENCE_BYTES)):
            if not line.isascii():
                found += line
    return bytes(found)
