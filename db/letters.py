"""The form in which names and texts are searched by their words: only letters and digits, and look-alikes are one.

Misspellings and misreadings go through it unseen where they are of case, accents, spaces and the signs that a text
reader takes for each other. What is left is ASCII, so that every database treats it alike.
"""

import unicodedata
from collections.abc import Sequence

SPELT = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th"}
"""Letters that Unicode does not take apart, and how they are spelt in ASCII."""

_ALIKE = str.maketrans(SPELT | {"\u0131": "l", "i": "l", "1": "l", "|": "l", "0": "o", "5": "s", "$": "s"})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CODE_CHARACTERS = 4


def letters(text: str) -> str:
    """A text without case, accents, spaces and signs; 0 and o, 1 and i and l, 5 and s are one each. A letter of another
    script than Latin becomes four characters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    kept = unicodedata.normalize("NFC", bare).translate(_ALIKE)
    return "".join(map(_coded, filter(str.isalnum, kept)))


def lines_of_letters(texts: Sequence[str | None]) -> str | None:
    """The letters of several texts, a line for each, which may be empty; None if all are."""
    lines = [letters(text or "") for text in texts]
    return "\n".join(lines) if any(lines) else None


def _coded(character: str) -> str:
    if character.isascii():
        return character
    number, code = ord(character), ""
    for _ in range(_CODE_CHARACTERS):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code
