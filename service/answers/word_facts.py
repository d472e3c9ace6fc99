"""What words may mean besides names: genres, years, an album's number, a file's name. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from db.letters import letters
from db.records import CatalogueFilter
from sleeve.vocabulary import AlbumId

_NUMBER = re.compile(r"(?:album\s*)?#?(\d{1,18})", re.IGNORECASE)
_PICTURE = re.compile(r".*\.(?:jpe?g|png|webp|gif|bmp|tiff?|avif|hei[cf]|flac|mp3|m4a|ogg|opus)", re.IGNORECASE)
_FILE = re.compile(r"(?=.*[\d_])\S*[^\W\d]\S*")
"""One word with a digit or a low line in it."""

_LEAST_FILE_CHARACTERS = 4
_YEARS = re.compile(r"([12]\d{3})(?:[-:\u2013]([12]\d{3}))?")
_DECADE = re.compile(r"([12]\d\d0)s", re.IGNORECASE)
_SHORT_DECADE = re.compile(r"'?([2-9]0)s", re.IGNORECASE)
_WORDS_OF_A_GENRE = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """A reading of some words as facts.

    Attributes:
        names: the words that are left to be looked for.
        allowed: the albums that the facts fit.
        share: how much of the words the facts are, by characters, 0 to 1.
    """

    names: tuple[str, ...]
    allowed: CatalogueFilter
    share: float


def album_number(asked: str) -> AlbumId | None:
    """The album that is asked for by its number."""
    found = _NUMBER.fullmatch(asked.strip())
    return AlbumId(int(found[1])) if found else None


def file_name(asked: str) -> str | None:
    """What is asked for if it looks like the name of a file."""
    asked = asked.strip()
    is_file = _PICTURE.fullmatch(asked) or (_FILE.fullmatch(asked) and len(asked) >= _LEAST_FILE_CHARACTERS)
    return asked if is_file else None


def meaning_of(asked: Sequence[str], genres: Iterable[str], allowed: CatalogueFilter) -> Meaning | None:
    """The reading of words that takes as many of them for a genre or for years as it can; None if none is either, or
    if they do not go with the filter."""
    by_letters = {letters(genre): genre for genre in genres}
    names: list[str] = []
    at = 0
    while at < len(asked):
        genre, length = _genre_at(asked, at, by_letters) if allowed.genre is None else (None, 0)
        if genre is not None:
            allowed = replace(allowed, genre=genre)
            at += length
            continue
        years = years_of(asked[at])
        if years is not None:
            allowed = replace(
                allowed,
                year_from=max(years[0], allowed.year_from or 0),
                year_to=min(years[1], allowed.year_to or years[1]),
            )
        else:
            names.append(asked[at])
        at += 1
    total = sum(map(len, asked))
    if len(names) == len(asked) or (allowed.genre is not None and allowed.without_genre):
        return None
    return Meaning(tuple(names), allowed, 1 - sum(map(len, names)) / total)


def years_of(word: str) -> tuple[int, int] | None:
    """The first and last year of a word such as 1991, 1955-1969, 1990s or 90s."""
    short = _SHORT_DECADE.fullmatch(word)
    if short:
        decade = int(short[1])
        first = (1900 if decade >= 30 else 2000) + decade
        return first, first + 9
    if decade_of := _DECADE.fullmatch(word):
        return int(decade_of[1]), int(decade_of[1]) + 9
    found = _YEARS.fullmatch(word)
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if first <= last else None


def _genre_at(asked: Sequence[str], at: int, by_letters: dict[str, str]) -> tuple[str | None, int]:
    for length in range(min(_WORDS_OF_A_GENRE, len(asked) - at), 0, -1):
        genre = by_letters.get("".join(map(letters, asked[at : at + length])))
        if genre is not None:
            return genre, length
    return None, 0
