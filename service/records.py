"""Frozen records of the answers."""

from dataclasses import dataclass, field

from db.records import CatalogueFilter
from db.vocabulary import AlbumId, CoverId
from indexer.genre import GenreOpinion

MAX_K = 1000
"""The most neighbours one answer holds."""


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """How many albums, and which."""

    k: int = 10
    allowed: CatalogueFilter = field(default_factory=CatalogueFilter)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A hit: an album by its nearest cover. ``similarity`` is the cosine of the two vectors, higher is nearer."""

    album_id: AlbumId
    cover_id: CoverId
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    similarity: float
    file: str


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """Neighbours, nearest first, and what they were found with."""

    bundle: str
    index_version: str
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class ClassifyAnswer:
    """The genres of one cover by falling probability, and the neighbours that voted, nearest first.

    Attributes:
        unsure: nothing is likely enough to be an answer.
        index_version: None while there is no index; then the head alone has spoken.
    """

    bundle: str
    index_version: str | None
    genres: tuple[GenreOpinion, ...]
    unsure: bool
    neighbours: tuple[Neighbour, ...]
