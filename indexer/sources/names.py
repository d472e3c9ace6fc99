"""Names, years and genres out of cells and tags, such as every database can hold."""

import re
from collections.abc import Iterable

from db.records import MAX_NAME_CHARACTERS, fold

MAX_GENRES = 10
"""Genres of one cover; further ones are dropped."""

FIRST_YEAR = 1000

_YEAR = re.compile(r"\d{4}")


def clean(value: object) -> str | None:
    """A cell or tag as text: printable, trimmed, cut; None when nothing is left."""
    text = "".join(character for character in str("" if value is None else value) if character.isprintable())
    return text.strip()[:MAX_NAME_CHARACTERS] or None


def year_of(text: str | None) -> int | None:
    """The first four digits that a text begins with; 0000 and the like are how some say that they know none."""
    found = _YEAR.match(text or "")
    return int(found[0]) if found and int(found[0]) >= FIRST_YEAR else None


def distinct(genres: Iterable[str | None]) -> tuple[str, ...]:
    """The genres that differ by more than case and spaces, in order, at most ``MAX_GENRES``."""
    found: dict[str, str] = {}
    for genre in genres:
        if genre:
            found.setdefault(fold(genre), genre)
    return tuple(found.values())[:MAX_GENRES]
