"""Which encoding of the time before Unicode a text is in. The letters themselves are the only evidence."""

import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

_ASIAN = ("cp932", "gb18030", "big5", "cp949")

OF_TABLES = (
    *(*_ASIAN, "euc_jp", "koi8_u"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "iso8859_2"),
)
"""Encodings of tables, those of Windows and Unix."""

OF_ARCHIVES = (*_ASIAN, "cp866", "cp850", "cp852", "cp1250", "cp1251", "cp1252")
"""Encodings of names in zip archives, which are often those of DOS."""

_OF_TAGS = (*_ASIAN, "cp1250", "cp1251", "cp1252", "cp1253")
"""Encodings that taggers have written where Latin-1 should be."""

_CYRILLIC = ("cp866", "cp1251")
_WESTERN = ("cp850", "cp1252")
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")
_TURKISH = re.compile(rb"[\xd0\xdd\xde\xf0\xfd\xfe]")
"""The six letters that differ between Windows-1252 and 1254."""

_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_NO_SMALL_ALPHABET = re.compile(rb"[\x80-\xa1\xa3-\xa7\xa9-\xb7\xbb]")
"""Bytes past ASCII that are no letters of Russian or Greek in the encodings of Windows."""


def _both_cases(*languages: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(letters + letters.upper()) for letters in languages)


_WEST = _both_cases("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœß", "áéíóúýæöðþ")
_CENTRAL = _both_cases("ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_LATIN = {
    "cp1252": _WEST,
    "cp850": _WEST,
    "cp1250": _CENTRAL,
    "cp852": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": (frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ"),),
}
"""The letters past ASCII of the languages that are written in an encoding, each language or group of its own."""

_NEUTRAL = frozenset("‘’“”„–—…«»·°€™©®\xa0\ufffd")  # noqa: RUF001


def likely_encoding(text: bytes, candidates: Sequence[str]) -> str:
    """The likeliest of these encodings for a text that is not UTF-8; lines of ASCII alone say nothing.

    Args:
        candidates: some of those above; one at least that is Western or Cyrillic.
    """
    guess = from_bytes(text, cp_isolation=list(candidates)).best()
    if guess is None:
        likely = _WESTERN if _is_western(text) else _CYRILLIC
        return next(name for name in (*likely, *_CYRILLIC, *_WESTERN) if name in candidates)
    name = guess.encoding
    return _latin(text, name, candidates) if name in _LATIN else name


def likely_encoding_of_tags(text: bytes) -> str:
    """The likeliest encoding of texts that say they are Latin-1: Western unless the letters speak against it."""
    words = [word for word in _WORD.findall(text) if _HIGH.search(word)]
    ascii_letters = sum(len(word) - len(_HIGH.findall(word)) for word in words)
    if not _is_shift_jis(text) and (_is_western(text) or 2 * ascii_letters >= sum(map(len, words))):
        return _latin(text, "cp1252", ("cp1252", "cp1250"))
    # East Asian letters of two bytes have lower ones too.
    is_alphabet = not _NO_SMALL_ALPHABET.search(text)
    return likely_encoding(text, ("cp1251", "cp1253") if is_alphabet else _OF_TAGS)


def _latin(text: bytes, guess: str, candidates: Sequence[str]) -> str:
    """The guess, unless more of the letters belong to a language of another encoding."""

    def share(name: str) -> float:
        letters = [character for character in text.decode(name, "replace") if character > "\x7f"]
        letters = [letter for letter in letters if letter not in _NEUTRAL]
        return max(sum(letter in language for letter in letters) for language in _LATIN[name]) / max(1, len(letters))

    # Windows-1252 and 1254 differ in six letters. If both explain these, Turkish is meant: Icelandic has others.
    # One letter of DOS is often one of Windows too; archives have more of DOS.
    known = [name for name in _LATIN if name in candidates and (name != "cp1254" or _TURKISH.search(text))]
    return max(known, key=lambda name: (share(name), name in {"cp1254", "cp850"}, name == guess))


def _is_shift_jis(text: bytes) -> bool:
    """Whether half of a text are wide letters of Shift-JIS, whose second bytes may be ASCII."""
    try:
        wide = sum(character > "\x7f" and not "\uff61" <= character <= "\uff9f" for character in text.decode("cp932"))
    except UnicodeDecodeError:
        return False
    return 4 * wide >= len(b"".join(text.split()))


def _is_western(text: bytes) -> bool:
    """Cyrillic words are letters past ASCII throughout; in Western European ones they stand alone among ASCII."""
    lonely, high = len(_LONELY.findall(text)), len(_HIGH.findall(text))
    return 2 * lonely > high
