"""One spelling a genre: what tags call "Hip Hop", "Rap" or "(7)" is one genre to the catalogue."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from db.placeholders import folder_says_nothing
from db.records import fold
from indexer.sources.names import clean, distinct
from sleeve.errors import SourceError

SPELLINGS_FILE = "genres.tsv"
"""The table that comes with Sleeve, and in the home the user's own."""

MAX_SPELLINGS_BYTES = 2**20

_BETWEEN = re.compile(r"[,/]")
_APART = re.compile(r"[;|\\\x00]")
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

    def respelled(self, genres: Iterable[str]) -> tuple[str, ...]:
        """Genres that were told apart before, as the table spells them; "Rock, Pop" is two if both are known."""
        return distinct(meant for genre in genres for one in self._listed(genre) for meant in self._spelled(one))

    def listed(self, genres: Iterable[str | None]) -> Iterator[str]:
        """Those of these genres that ``respelled`` takes for several."""
        return (genre for genre in genres if genre and len(self._listed(genre)) > 1)

    def _listed(self, genre: str) -> Sequence[str]:
        parts = [part.strip() for part in _BETWEEN.split(genre)]
        is_list = fold(genre) not in self.table and all(fold(part) in self.table or is_genre(part) for part in parts)
        return parts if is_list else [genre]

    def _spelled(self, genre: str) -> Sequence[str]:
        return self.table.get(fold(genre), (genre,))

    def guesses(self, written: Iterable[str]) -> tuple[str, ...]:
        """Those of these texts with a slash that the table does not know: of one genre's name, or between two."""
        return tuple(dict.fromkeys(part for text in written for part in self._parts(text) if self._is_guessed(part)))

    def _meant(self, text: str) -> list[str | None]:
        if fold(text) in self.table:
            return list(self.table[fold(text)])
        return [genre for part in self._parts(text) for genre in self._of_part(part)]

    def _parts(self, text: str) -> list[str]:
        """What a text lists; a comma parts genres unless the table knows it."""
        if fold(text) in self.table:
            return [text]
        apart = [part.strip() for part in _APART.split(text)]
        return [piece.strip() for part in apart for piece in ([part] if fold(part) in self.table else part.split(","))]

    def _of_part(self, part: str) -> list[str | None]:
        known = self.table.get(fold(part))
        if known is not None:
            return list(known)
        pieces = [piece.strip() for piece in part.split("/")]
        # "Rock/Noise" is two, "24/7" is one.
        if len(pieces) > 1 and any(fold(piece) in self.table or not piece for piece in pieces):
            return [genre for piece in pieces for genre in self.table.get(fold(piece), (clean(piece),))]
        return [clean(part)]

    def _is_guessed(self, part: str) -> bool:
        return "/" in part.strip("/ ") and fold(part) not in self.table


@cache
def _shipped() -> Mapping[str, tuple[str, ...]]:
    return Spellings.read().table


@cache
def _known() -> frozenset[str]:
    table = _shipped()
    return frozenset(name for name, meant in table.items() if meant) | {
        fold(genre) for meant in table.values() for genre in meant
    }


def is_genre(name: str) -> bool:
    """Whether a name is one that the shipped table knows as a genre."""
    return fold(name) in _known()


def genre_of_folder(name: str | None) -> str | None:
    """The genre that a folder's name says; None for "Unknown", "Various", "New Folder" and the like."""
    said = clean(name)
    return None if said is None or folder_says_nothing(said) or _shipped().get(fold(said)) == () else said


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
