"""Which encoding of the time before Unicode a text is in. The letters themselves are the only evidence."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from charset_normalizer import from_bytes

_ASIAN = ("cp949", "gb18030", "big5", "cp932")
"""Of those that explain a text equally well, the likelier first: every Korean syllable has the bytes of a Chinese
letter, and few Chinese texts have only such letters."""

OF_TABLES = (
    *("cp949", "gb18030", "euc_jp", "big5", "cp932", "koi8_u"),
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
_CENTRAL = _both_cases("ąćęłńóśźż", "áäčďéěíľňóôřšťúůýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_LATIN = {
    "cp1252": _WEST,
    "cp850": _WEST,
    "cp1250": _CENTRAL,
    "cp852": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": (frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ"),),
}
"""The letters past ASCII of the languages that are written in an encoding, each language or group of its own."""

_MOSTLY = 3 / 4
_EAST_ASIAN_SIGNS = frozenset("　、。・〜～「」『』《》（）！？：，－ー…·")  # noqa: RUF001
_SPACES = re.compile(r"[\s/\-,;:&+]+")
_QUOTES = "‘’“”„–—…«»·()[]!?.'\"\xa0"  # noqa: RUF001


def _lead(letter: str, encoding: str, first: int, last: int) -> bool:
    """Whether the first of the two bytes of a letter is one of these."""
    code = letter.encode(encoding)
    return len(code) == len("xx") and first <= code[0] <= last


_COMMON: dict[str, Callable[[str], bool]] = {
    "cp932": lambda letter: "\u3041" <= letter <= "\u30ff" or _lead(letter, "cp932", 0x88, 0x97),
    "euc_jp": lambda letter: "\u3041" <= letter <= "\u30ff" or _lead(letter, "euc_jp", 0xB0, 0xCF),
    "gb18030": lambda letter: _lead(letter, "gb18030", 0xB0, 0xD7) and letter.encode("gb18030")[1] > 0xA0,
    "big5": lambda letter: _lead(letter, "big5", 0xA4, 0xC6),
    "cp949": lambda letter: _lead(letter, "cp949", 0xB0, 0xC8) and letter.encode("cp949")[1] > 0xA0,
}
"""The letters that nearly all of a text are made of, by the order of each standard: kana and kanji of level 1, hanzi of
level 1, hangul of KS X 1001."""

_NEUTRAL = frozenset("‘’“”„–—…«»·°€™©®\xa0\ufffd")  # noqa: RUF001


def likely_encoding(text: bytes, candidates: Sequence[str]) -> str:
    """The likeliest of these encodings for a text that is not UTF-8; lines of ASCII alone say nothing.

    Args:
        candidates: some of those above; one at least that is Western or Cyrillic.
    """
    alphabets = [name for name in candidates if name not in _COMMON]
    east_asian, has_words = _east_asian(text, candidates), any(_has_words(text, name) for name in alphabets)
    if east_asian and not has_words:
        return east_asian
    likely = alphabets if has_words and not east_asian else list(candidates)
    guess = from_bytes(text, cp_isolation=likely).best()
    if guess is None:
        usual = _WESTERN if _is_western(text) else _CYRILLIC
        return next(name for name in (*usual, *_CYRILLIC, *_WESTERN) if name in candidates)
    name = guess.encoding
    if name in _COMMON and east_asian:
        return east_asian
    return _latin(text, name, candidates) if name in _LATIN else name


def likely_encoding_of_tags(text: bytes) -> str:
    """The likeliest encoding of texts that say they are Latin-1: Western unless the letters speak against it."""
    words = [word for word in _WORD.findall(text) if _HIGH.search(word)]
    ascii_letters = sum(len(word) - len(_HIGH.findall(word)) for word in words)
    alphabets = ("cp1252", "cp1250", "cp1251", "cp1253")
    if (found := _east_asian(text, _ASIAN)) and not any(_has_words(text, name) for name in alphabets):
        return found
    if _is_western(text) or 2 * ascii_letters >= sum(map(len, words)):
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


def _east_asian(text: bytes, candidates: Sequence[str]) -> str | None:
    """The encoding in which most of a text past ASCII are everyday letters of its language; None if few are in any."""

    def share(name: str) -> float:
        times = Counter(text.decode(name, "replace"))
        letters = [letter for letter in times if letter > "\x7f" and letter not in _EAST_ASIAN_SIGNS]
        common = (times[letter] for letter in letters if letter != "\ufffd" and _COMMON[name](letter))
        return sum(common) / max(1, sum(times[letter] for letter in letters))

    shares = {name: share(name) for name in candidates if name in _COMMON}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best and shares[best] > _MOSTLY else None


def _has_words(text: bytes, encoding: str) -> bool:
    """Whether words past ASCII look like words: letters only, and none is a capital after a small one."""
    try:
        words = _SPACES.split(text.decode(encoding))
    except UnicodeDecodeError:
        return False
    past_ascii = [word.strip(_QUOTES) for word in words if not word.isascii()]
    return 2 * sum(map(_is_word, past_ascii)) > len(past_ascii)


def _is_word(word: str) -> bool:
    mixed = any(one.islower() and two.isupper() and not (one + two).isascii() for one, two in pairwise(word))
    return not mixed and all(letter.isalpha() for letter in word if letter > "\x7f")


def _is_western(text: bytes) -> bool:
    """Cyrillic words are letters past ASCII throughout; in Western European ones they stand alone among ASCII."""
    lonely, high = len(_LONELY.findall(text)), len(_HIGH.findall(text))
    return 2 * lonely > high
