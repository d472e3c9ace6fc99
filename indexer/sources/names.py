"""Names, years and genres out of cells and tags, such as every database can hold."""

import re
import unicodedata
from collections.abc import Iterable

from db.records import MAX_NAME_CHARACTERS, fold

MAX_GENRES = 10
"""Genres of one cover; further ones are dropped."""

FIRST_YEAR, LAST_YEAR = 1000, 2999

_LATIN_ENDS = 0x250

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_WHOLE = re.compile(r"(\d{4})$")
_DATE = re.compile(r"(\d{4})(?:([-/.])\d{1,2}\2\d{1,2}(?:[T ]+\d.*)?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))$")
"""A date with or without its time, or one without any sign between its parts."""


def clean(value: object) -> str | None:
    """A cell or tag as text: printable, on one line, trimmed, cut; None when nothing is left."""
    lines = str("" if value is None else value).splitlines()
    text = "".join(character for character in " ".join(lines) if character.isprintable())
    return text.strip()[:MAX_NAME_CHARACTERS] or None


def year_of(text: str | None) -> int | None:
    """The year in a text: that of a date, or the only one that it names; 0000 and the like say nothing."""
    written = (text or "").strip()
    whole = _WHOLE.match(written) or _DATE.match(written)
    if whole:
        return int(whole[1]) if int(whole[1]) >= FIRST_YEAR else None
    years = {int(digits) for digits in _YEAR.findall(written)}
    years = {year for year in years if FIRST_YEAR <= year <= LAST_YEAR}
    return years.pop() if len(years) == 1 else None


def distinct(genres: Iterable[str | None]) -> tuple[str, ...]:
    """The genres that differ by more than case and spaces, in order, at most ``MAX_GENRES``."""
    found: dict[str, str] = {}
    for genre in genres:
        if genre:
            found.setdefault(fold(genre), genre)
    return tuple(found.values())[:MAX_GENRES]


def same_name(one: str, other: str) -> bool:
    """Whether two names differ by no more than case, punctuation, and the accents of Latin letters."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    """A name's letters and digits, folded; names of none of them (``!!!``) are compared as they are."""
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold():
        if not unicodedata.combining(character):
            base = character
        elif ord(base or "a") < _LATIN_ENDS:
            continue
        if character.isalnum() or unicodedata.combining(character):
            kept.append(character)
    return "".join(kept) or fold(name)
