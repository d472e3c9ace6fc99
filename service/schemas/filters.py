"""Filters as people write them, on the command line and in a URL."""

import re
from collections.abc import Sequence

from db.records import MAX_NAME_CHARACTERS, CatalogueFilter, ColumnCondition, Comparison, fold
from sleeve.vocabulary import ListName, Side

_YEARS = re.compile(r"^(?P<only>\d{1,4})$|^(?P<first>\d{1,4})?:(?P<last>\d{1,4})?$")

YEARS_HELP = "1990:1999, 1990: (from), :1999 (until) or 1990"

WHERE_HELP = "what a declared column says: territory=DE, price<20, released>=1990-06; repeatable"

MAX_CONDITIONS = 16

_CONDITION = re.compile(r"(?P<column>[^<>=]+)(?P<comparison><=|>=|=|<|>)(?P<value>.+)", re.DOTALL)

GENRE_HELP = "none for those without"

LIST_HELP = "owned, wanted or for-sale"

_NO_GENRE = "none"
_SHOWN_CHARACTERS = 60


def catalogue_filter(
    genre: str | None,
    years: str | None,
    artist: str | None,
    side: Side | None,
    on_list: ListName | None = None,
    where: Sequence[str] = (),
) -> CatalogueFilter:
    """The filter for these words.

    Raises:
        ValueError: the years are not of the form ``A:B``, a condition is not of the form ``column=value``, there are
            too many, or a name holds a character that no database keeps.
    """
    if any("\0" in name for name in (genre or "", artist or "", *where)):
        raise ValueError("a name cannot hold a NUL character")
    year_from, year_to = _range(years) if years else (None, None)
    without_genre = genre is not None and fold(genre) == _NO_GENRE
    return CatalogueFilter(
        genre=None if without_genre or not genre else _cut(genre),
        year_from=year_from,
        year_to=year_to,
        artist=_cut(artist) if artist else None,
        side=side,
        without_genre=without_genre,
        on_list=on_list,
        where=_conditions(where),
    )


def _conditions(where: Sequence[str]) -> tuple[ColumnCondition, ...]:
    if len(where) > MAX_CONDITIONS:
        raise ValueError(f"at most {MAX_CONDITIONS} conditions can be asked for at once")
    return tuple(dict.fromkeys(map(_condition, where)))


def _condition(text: str) -> ColumnCondition:
    match = _CONDITION.fullmatch(text)
    column, value = (match[part].strip()[:MAX_NAME_CHARACTERS] if match else "" for part in ("column", "value"))
    if match is None or not column or not value:
        raise ValueError(
            f"{_cut(text)[:_SHOWN_CHARACTERS]!r} is no condition; write column=value, or < <= > >= instead of ="
        )
    return ColumnCondition(column.lower(), Comparison(match["comparison"]), value)


def _cut(name: str) -> str:
    """As much of a name as is compared: filters are kept, and anyone can make them long."""
    return " ".join(name.split())[:MAX_NAME_CHARACTERS]


def _range(years: str) -> tuple[int | None, int | None]:
    match = _YEARS.match(years)
    if match is None or years == ":":
        raise ValueError(f"{years!r} is not a range of years; write {YEARS_HELP}")
    first, last = match["only"] or match["first"], match["only"] or match["last"]
    return int(first) if first else None, int(last) if last else None
