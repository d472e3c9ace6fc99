"""One spelling a genre: what tags call "Hip Hop", "Rap" or "(7)" is one genre to the catalogue."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self

from db.records import fold
from indexer.sources.names import clean, distinct
from sleeve.errors import SourceError

SPELLINGS_FILE = "genres.tsv"
"""The table that comes with Sleeve, and in the home the user's own."""

MAX_SPELLINGS_BYTES = 2**20

_APART = re.compile(r"[;/|,\\\x00]")
_COMMENT = "#"


@dataclass(frozen=True, slots=True)
class Spellings:
    """The table: folded spelling → the genres that it means, none for words that mean nothing."""

    table: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, own: Path | None = None) -> Self:
        """The shipped table, and over it the user's own if there is one.

        Raises:
            SourceError: the user's table cannot be read.
        """
        table = _parse(files(__package__).joinpath(SPELLINGS_FILE).read_text(encoding="utf-8"), SPELLINGS_FILE)
        if own is not None and own.is_file():
            try:
                if own.stat().st_size > MAX_SPELLINGS_BYTES:
                    raise SourceError(f"{own} is larger than {MAX_SPELLINGS_BYTES:,} bytes")
                table |= _parse(own.read_text(encoding="utf-8-sig"), str(own))
            except UnicodeDecodeError as error:
                raise SourceError(f"{own} is not UTF-8 text") from error
            except OSError as error:
                raise SourceError(f"{own} cannot be read: {error.strerror}") from error
        return cls(table)

    def genres(self, written: Iterable[str]) -> tuple[str, ...]:
        """The genres that tags mean: "Rock; Pop" and "Rock/Pop" are two, unless the table knows them as written."""
        return distinct(genre for text in written for genre in self._meant(text))

    def _meant(self, text: str) -> list[str | None]:
        known = self.table.get(fold(text))
        if known is not None:
            return list(known)
        parts = _APART.split(text)
        if len(parts) == 1:
            return [clean(text)]
        return [genre for part in parts for genre in self._part(part)]

    def _part(self, part: str) -> list[str | None]:
        known = self.table.get(fold(part))
        return [clean(part)] if known is None else list(known)


def _parse(text: str, name: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(_COMMENT):
            continue
        spelling, tab, meant = line.partition("\t")
        if not tab:
            raise SourceError(f"{name}:{number} has no tab between a spelling and its genre")
        table[fold(spelling)] = distinct(clean(genre) for genre in meant.split(";"))
    return table
