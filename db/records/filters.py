"""Which albums are asked for, and how many there are of each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sleeve.vocabulary import ColumnKind, Fact, ListName, Side


class Comparison(StrEnum):
    """How a value of a declared column is compared."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class ColumnCondition:
    """What a declared column is to say, as a person wrote it; ``column`` is folded."""

    column: str
    comparison: Comparison
    value: str

    def __str__(self) -> str:
        return f"{self.column}{self.comparison}{self.value}"


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A further column of tables that can be asked for, and how many covers have a value in it."""

    name: str
    kind: ColumnKind
    covers: int


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """Which covers an answer may hold; None allows all.

    Attributes:
        genre: label of the album, in any case.
        without_genre, with_genre: only albums that have no label, or one at least.
        year_from, year_to: first and last year, both included; an album without a year is left out.
        artist: the whole name, in any case.
        missing: only albums that lack this.
        on_list: only albums that are on this list.
        where: only albums with a cover of which declared columns say all of this.
    """

    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    artist: str | None = None
    side: Side | None = None
    without_genre: bool = False
    with_genre: bool = False
    missing: Fact | None = None
    on_list: ListName | None = None
    where: tuple[ColumnCondition, ...] = ()

    @property
    def allows_all(self) -> bool:
        """Whether nothing is asked for."""
        return self == CatalogueFilter()


@dataclass(frozen=True, slots=True)
class ColumnFacet:
    """A declared column, and how many albums have each of its values."""

    name: str
    kind: ColumnKind
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facets:
    """What the albums of a list are, by count. Each kind is counted without the filter on itself.

    Attributes:
        genres, artists: the commonest first; only the commonest artists.
        decades: by their first years, ascending.
        missing: how many albums lack what.
        lists: how many albums are on which list.
        jumps: where the list, sorted as asked, comes to a letter or a decade: its name and the place, from 0.
        columns: the declared columns; of texts and yes or no the commonest values, of others none.
    """

    genres: Mapping[str, int] = field(default_factory=dict)
    artists: Mapping[str, int] = field(default_factory=dict)
    decades: Mapping[int, int] = field(default_factory=dict)
    missing: Mapping[Fact, int] = field(default_factory=dict)
    lists: Mapping[ListName, int] = field(default_factory=dict)
    jumps: Mapping[str, int] = field(default_factory=dict)
    columns: Sequence[ColumnFacet] = ()
