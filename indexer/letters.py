"""How likely a text is in some language, by its letters past ASCII and what is next to them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log
from unicodedata import category, name, normalize

WESTERN = ("de", "fr", "es", "pt", "it", "sv", "da", "nb", "fi", "is", "nl", "ca", "en")
CENTRAL = ("cs", "sk", "pl", "hu", "sh", "sl", "ro")
TURKISH, BALTIC, GREEK, HEBREW, CYRILLIC = ("tr",), ("lt", "lv"), ("el",), ("he",), ("ru", "uk", "bg")

_NEIGHBOURS = "abcdefghijklmnopqrstuvwxyz+*^"
_VOWEL, _OTHER, _EDGE = map(_NEIGHBOURS.index, "+*^")
_VOWELS = "aeiouyøæœıαεηιουωаеиоуыэюяєі"  # noqa: RUF001
_STRANGE = log(1e-7)
"""A letter that the language lacks."""

_CAPITAL_AFTER_SMALL = log(1e-5)
_ORDINALS = "ºª"
_TWO_SCRIPTS = log(1e-4)
_SIGN_IN_PLACE, _SIGN_ELSEWHERE = log(1e-2), log(1e-7)
_LOST = log(1e-6)
"""A byte that means nothing in an encoding, or a control."""

_BETWEEN_WORDS = re.compile(r"[ \t\r\n]+")
_MOST_WORDS = 500
"""Words that are looked at; more of them change nothing."""

_OF_NO_LANGUAGE = log(1e-5)
"""A letter of a word that is in none of the languages."""

_FOREIGN_WORDS = 0.02
_OPENING, _CLOSING, _APOSTROPHES = "‘“„«»¡¿…–—", "’“”«»…–—°®™ºª", "’´"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class _Letter:
    """Logarithms of a letter's share, and of the shares of what is before and after it."""

    share: float
    before: tuple[float, ...]
    after: tuple[float, ...]


def likelihood(text: str, languages: Sequence[str]) -> float:
    """The logarithm of how likely its characters past ASCII are where they are, if the text is in one of these
    languages. Some of its words may be in another of them, and a few in none. Each word counts once.
    """
    words = [word for word in dict.fromkeys(_BETWEEN_WORDS.split(text)) if not word.isascii()][:_MOST_WORDS]
    signs, of_words = sum(map(_signs, words)), [_by_language(word, languages) for word in words]
    found = [signs + sum(_mixed(logs, at) for logs in of_words) for at in range(len(languages))]
    return _log_of_mean(found)


def _mixed(logs: Sequence[float], at: int) -> float:
    """A word's logarithm for one language, if it may be in the others too; the last one is for none of them."""
    *of_languages, of_none = logs
    own = of_languages[at] + log(1 - 2 * _FOREIGN_WORDS)
    others = (_log_of_mean(of_languages) + log(_FOREIGN_WORDS), of_none + log(_FOREIGN_WORDS))
    best = max(own, *others)
    return best + log(sum(exp(one - best) for one in (own, *others)))


def _log_of_mean(logs: Sequence[float]) -> float:
    best = max(logs)
    return best + log(sum(exp(one - best) for one in logs) / len(logs))


def _by_language(word: str, languages: Sequence[str]) -> list[float]:
    around = f" {word} "
    placed = [
        (_small(letter), _place(around[at - 1]), _place(around[at + 1]))
        for at, letter in enumerate(word, 1)
        if letter > "\x7f" and letter.isalpha() and letter not in _ORDINALS
    ]
    return [*(_sum(placed, _languages()[language]) for language in languages), len(placed) * _OF_NO_LANGUAGE]


def _small(letter: str) -> str:
    return letter.lower() if letter != "İ" else "ı"  # noqa: RUF001 - Python has two characters


def _sum(placed: Sequence[tuple[str, int, int]], known: Mapping[str, _Letter]) -> float:
    found = ((known.get(letter), before, after) for letter, before, after in placed)
    return sum(
        _STRANGE if letter is None else letter.share + letter.before[before] + letter.after[after]
        for letter, before, after in found
    )


def _place(neighbour: str) -> int:
    if neighbour.isascii() and neighbour.isalpha():
        return _NEIGHBOURS.index(neighbour.lower())
    if not neighbour.isalpha():
        return _EDGE
    return _VOWEL if normalize("NFD", neighbour.lower())[0] in _VOWELS else _OTHER


def _signs(word: str) -> float:
    """What speaks against a word whatever its language: signs inside it, and a capital after a small letter."""
    found = 0.0
    for at, sign in enumerate(word):
        before, after = word[at - 1 : at], word[at + 1 : at + 2]
        if sign.isupper() and before.islower() and not (sign + before).isascii():
            found += _CAPITAL_AFTER_SMALL
        if sign <= "\x7f":
            continue
        if sign.isalpha() and sign not in _ORDINALS:
            latin = (before + after).encode("ascii", "ignore").isalpha()
            found += _TWO_SCRIPTS if latin and not _is_latin(sign) else 0.0
            continue
        if sign == "\ufffd" or "\x80" <= sign < "\xa0":
            found += _LOST
        else:
            found += _SIGN_IN_PLACE if _is_in_place(sign, before, after) else _SIGN_ELSEWHERE
    return found


def _is_latin(letter: str) -> bool:
    return letter in _ORDINALS or name(letter).startswith("LATIN")


def _is_in_place(sign: str, before: str, after: str) -> bool:
    if category(sign).startswith("M"):
        return False
    if before.isalpha() and after.isalpha():
        return sign in _APOSTROPHES
    if after.isalpha():
        return sign in _OPENING
    return not before.isalpha() or sign in _CLOSING


@cache
def _languages() -> dict[str, dict[str, _Letter]]:
    found: dict[str, dict[str, _Letter]] = {}
    for line in files("indexer").joinpath("letters.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, letter, share, before, after = line.split("\t")
            found.setdefault(language, {})[letter] = _Letter(_log(share), _logs(before), _logs(after))
    return found


def _log(digit: str) -> float:
    return -log(2) * int(digit, 36) / 2


def _logs(digits: str) -> tuple[float, ...]:
    return tuple(map(_log, digits))
