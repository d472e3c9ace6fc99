"""Which encoding of the time before Unicode a text is in. The letters themselves are the only evidence."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from indexer.letters import BALTIC, CENTRAL, CYRILLIC, GREEK, HEBREW, TURKISH, WESTERN, likelihood

_ASIAN = ("cp949", "gb18030", "big5", "cp932")
"""Of those that explain a text equally well, the likelier first: every Korean syllable has the bytes of a Chinese
letter, and few Chinese texts have only such letters."""

_OF_WINDOWS_AND_UNIX = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1257"),
    *("iso8859_2", "iso8859_7", "koi8_u"),
)

OF_TABLES = (*_ASIAN, "euc_jp", *_OF_WINDOWS_AND_UNIX)
"""Encodings of tables, those of Windows and Unix."""

OF_ARCHIVES = (*_ASIAN, "cp850", "cp852", "cp866", "cp1252", "cp1250", "cp1251")
"""Encodings of names in zip archives, which are often those of DOS."""

OF_TAGS = (*_ASIAN, *_OF_WINDOWS_AND_UNIX)
"""Encodings that taggers have written where Latin-1 should be."""

_USUAL: Mapping[str, tuple[float, Sequence[str]]] = {
    "cp1252": (2, WESTERN),
    "cp850": (4, WESTERN),
    "cp1250": (0.05, CENTRAL),
    "cp852": (0.05, CENTRAL),
    "iso8859_2": (0.015, CENTRAL),
    "cp1251": (0.05, CYRILLIC),
    "cp866": (0.05, CYRILLIC),
    "koi8_u": (0.005, CYRILLIC),
    "cp1254": (0.04, TURKISH),
    "cp1253": (0.03, GREEK),
    "iso8859_7": (0.005, GREEK),
    "cp1255": (0.01, HEBREW),
    "cp1257": (0.01, BALTIC),
}
"""How common an encoding is among such texts, beside the others, and the languages that are written in it. Sums do not
matter. A Western text is not to be spoiled for a chance likeness, so those have more than their share."""
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")
_MOSTLY = 3 / 4
_SURE_OF_LETTERS = -6.5
"""The logarithm of how likely a byte past ASCII is on average. Letters of an alphabet are likelier, and pieces of East
Asian letters are not, unless there are very few."""

_SURE = 0.95
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


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest encoding of a text.

    Attributes:
        rival: the next likely one that reads it otherwise; None if there is hardly a doubt.
    """

    encoding: str
    rival: str | None = None

    def __str__(self) -> str:
        return self.encoding.upper() + (f", or perhaps {self.rival.upper()}" if self.rival else "")


def likely_encoding(text: bytes, candidates: Sequence[str]) -> Likely:
    """The likeliest of these encodings for a text that is not UTF-8; lines of ASCII alone say nothing.

    Args:
        candidates: some of those above; one at least that is Western.
    """
    text = b"\n".join(line for line in text.splitlines() if not line.isascii())
    alphabets = [name for name in candidates if name in _USUAL]
    east_asian = _east_asian(text, candidates)
    if east_asian and not any(_has_words(text, name) for name in alphabets):
        return Likely(east_asian)
    weighed = {name: log(_USUAL[name][0]) + _likelihood(text, name) for name in alphabets}
    best = max(alphabets, key=lambda name: weighed[name])
    unlikely = _likelihood(text, best) < _SURE_OF_LETTERS * len(_HIGH.findall(text))
    if east_asian and unlikely and not _is_lonely(text):
        return Likely(east_asian)
    return Likely(best, _rival(text, best, weighed))


def _likelihood(text: bytes, encoding: str) -> float:
    return likelihood(text.decode(encoding, "replace"), _USUAL[encoding][1])


def _rival(text: bytes, best: str, weighed: Mapping[str, float]) -> str | None:
    """The next likely encoding among those that read the text otherwise, if they are not unlikely all together."""
    read = text.decode(best, "replace")
    others = [name for name in weighed if text.decode(name, "replace") != read]
    same = sum(exp(weighed[name] - weighed[best]) for name in weighed if name not in others)
    other = sum(exp(weighed[name] - weighed[best]) for name in others)
    return max(others, key=lambda name: weighed[name]) if same < _SURE * (same + other) else None


def _is_lonely(text: bytes) -> bool:
    """Whether most bytes past ASCII stand alone, as letters in Latin words do."""
    return 2 * len(_LONELY.findall(text)) > len(_HIGH.findall(text))


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
