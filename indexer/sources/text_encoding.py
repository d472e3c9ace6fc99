"""Which encoding a text file is in: UTF-8 and UTF-16 with or without a mark, else an older one by its letters."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

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
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")

_EVIDENCE_BYTES = 2**16
"""What is looked at of the lines past ASCII: some thousand names, and a tenth of a second."""

_CANDIDATES = (
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "koi8_u"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "iso8859_2"),
)


def _both_cases(*languages: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(letters + letters.upper()) for letters in languages)


_CENTRAL = _both_cases("ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_LATIN = {
    "cp1252": _both_cases("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœß", "áéíóúýæöðþ"),
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": (frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ"),),
}
"""The letters past ASCII of the languages that are written in an encoding, each language or group of its own."""

_NEUTRAL = frozenset("‘’“”„–—…«»·°€™©®\xa0\ufffd")  # noqa: RUF001


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
        lines = _lines_past_ascii(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if _CONTROLS.search(sample):
        raise SourceError(f"{path} is not text")
    return "utf-8" if _is_nearly_utf8(lines) else _older(lines)


def is_guess(encoding: str) -> bool:
    """Whether ``encoding_of`` has no proof for such an encoding, only the likeliness of its letters."""
    return encoding in _CANDIDATES


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
    """Whether these are UTF-8 with a stray byte here and there: no other encoding has so many of its letters."""
    past_ascii = [sign for sign in lines.decode(errors="surrogateescape") if sign > "\x7f"]
    stray = sum("\udc80" <= sign <= "\udcff" for sign in past_ascii)
    return len(past_ascii) >= 2 * stray


def _older(lines: bytes) -> str:
    """An encoding of one country, or of several with one script; the text itself is the only evidence for it."""
    guess = from_bytes(lines, cp_isolation=list(_CANDIDATES)).best()
    if guess is None:
        return _western_or_cyrillic(lines)
    name = guess.encoding
    return _latin(lines, name) if name in _LATIN else name


def _lines_past_ascii(path: Path) -> bytes:
    """The first lines that hold bytes past ASCII, wherever they are: encodings differ in nothing else."""
    found = bytearray()
    with path.open("rb") as file:
        while len(found) < _EVIDENCE_BYTES and (line := file.readline(_EVIDENCE_BYTES)):
            if not line.isascii():
                found += line
    return bytes(found)


def _latin(lines: bytes, guess: str) -> str:
    """The guess, unless more of the letters belong to a language of another encoding."""

    def share(name: str) -> float:
        letters = [character for character in lines.decode(name, "replace") if character > "\x7f"]
        letters = [letter for letter in letters if letter not in _NEUTRAL]
        return max(sum(letter in language for letter in letters) for language in _LATIN[name]) / max(1, len(letters))

    # Windows-1252 and 1254 differ in six letters. If both explain all letters, Turkish is meant: Icelandic has others.
    return max(_LATIN, key=lambda name: (share(name), name == "cp1254", name == guess))


def _western_or_cyrillic(sample: bytes) -> str:
    """Cyrillic words are letters past ASCII throughout; in Western European ones they stand alone among ASCII."""
    lonely, high = len(_LONELY.findall(sample)), len(_HIGH.findall(sample))
    return "cp1252" if 2 * lonely > high else "cp1251"
