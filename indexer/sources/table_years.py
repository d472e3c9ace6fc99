"""Years as tables have them: as everywhere, and as spreadsheets shorten them."""

import re
from datetime import date, timedelta
from pathlib import Path

from indexer.sources.names import year_of

_DAY_ZERO = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = 10_000, 73_050
"""Days of spreadsheets that are not years: from May 1927 to the end of 2099."""

_DAYS = re.compile(r"(\d{5})(?:\.0+)?")
_SHORT = re.compile(r"(?:\d{1,2}[-/. ])?(?:\d{1,2}|[^\W\d_]{3,9}\.?)[-/. ](\d{2})")
_GROUPED = re.compile(r"^([12])[ ,.'\u2019\u00a0\u202f](\d{3})$")
"""A year as a spreadsheet writes a number, with a mark between the thousands."""

_FIRST_OF_1900S = 30
"""Spreadsheets take 30 to 99 for 1930 to 1999, and less for 2000 to 2029."""


def year_in_table(text: str | None) -> tuple[int | None, bool]:
    """The year in a cell, and whether it is a guess: ``36220`` is a day of a spreadsheet, ``21/03/99`` is of 1999."""
    written = _GROUPED.sub(r"\1\2", (text or "").strip())
    year = year_of(written)
    if year is not None:
        return year, False
    days, short = _DAYS.fullmatch(written), _SHORT.fullmatch(written)
    if days and _FIRST_DAY <= int(days[1]) <= _LAST_DAY:
        return (_DAY_ZERO + timedelta(days=int(days[1]))).year, True
    if short:
        return int(short[1]) + (1900 if int(short[1]) >= _FIRST_OF_1900S else 2000), True
    return None, False


def years_guessed(path: Path, year: int | None, written: object) -> str:
    """What a person is shown once if years in a table or an archive are guesses."""
    return f"{path}: years are read from short dates or days, such as {year} from {written}"
