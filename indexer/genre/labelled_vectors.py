"""Vectors of covers that have a genre, with what fitting and measuring need to know of each cover."""

from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.genre.counted_texts import CountedTexts


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVectors:
    """Covers that have a genre.

    Attributes:
        vectors: (n, d) float32, L2-normalised.
        targets: (n, g) bool; every row has a genre.
        genres: the g names.
        groups: (n,) integers; see ``group_covers``.
        primary: (n,) the column of the album's main genre, which a cover counts for when its prediction is wrong; by
            default its first.
        sources: (n,) where each cover came from, "" if unknown; by default all unknown.
        unseen: (n,) whether the backbone was not trained on the cover; by default it was trained on none.
        genre_dimensions: how many of the last components are the vectors' genre part.
        texts: of the covers; None if nobody has read any.
        named: (n,) whether the cover's artist is known; by default none is.
        albums: (n,) ids; by default every cover is an album.
        apart: pairs of albums of which a person says that they do not show one artwork, however similar they are.
    """

    vectors: NDArray[np.float32]
    targets: NDArray[np.bool_]
    genres: tuple[str, ...]
    groups: NDArray[np.integer]
    primary: NDArray[np.integer] | None = None
    sources: NDArray[np.str_] | None = None
    unseen: NDArray[np.bool_] | None = None
    genre_dimensions: int = 0
    texts: CountedTexts | None = None
    named: NDArray[np.bool_] | None = None
    albums: NDArray[np.integer] | None = None
    apart: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        columns = (
            self.targets,
            self.groups,
            self.primary,
            self.sources,
            self.unseen,
            self.texts,
            self.named,
            self.albums,
        )
        if any(column is not None and len(column) != len(self.vectors) for column in columns):
            raise ValueError("the columns of labelled vectors differ in length")
        if self.targets.shape != (len(self.vectors), len(self.genres)):
            raise ValueError(f"targets of shape {self.targets.shape} do not fit {len(self.genres)} genres")
        if not self.targets.any(axis=1).all():
            raise ValueError("a labelled vector has no genre")

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def primary_or_first(self) -> NDArray[np.integer]:
        """``primary``, or each row's first genre."""
        return np.asarray(self.targets.argmax(axis=1) if self.primary is None else self.primary)

    @property
    def sources_or_none(self) -> NDArray[np.str_]:
        """``sources``, or as many empty names."""
        return np.full(len(self), "") if self.sources is None else self.sources

    @property
    def unseen_or_all(self) -> NDArray[np.bool_]:
        """``unseen``, or as many True."""
        return np.ones(len(self), dtype=np.bool_) if self.unseen is None else self.unseen

    @property
    def named_or_none(self) -> NDArray[np.bool_]:
        """``named``, or as many False."""
        return np.zeros(len(self), dtype=np.bool_) if self.named is None else self.named

    @property
    def albums_or_rows(self) -> NDArray[np.integer]:
        """``albums``, or the number of each row."""
        return np.arange(len(self)) if self.albums is None else self.albums

    def apart_from(self, others: Self) -> NDArray[np.int64]:
        """(p, 2), each row of these with each of others whose album a person told from its album."""
        own, its = (_rows_of_albums(covers.albums_or_rows, self.apart) for covers in (self, others))
        both_ways = {pair for one, other in self.apart for pair in ((one, other), (other, one))}
        pairs = [pair for one, other in sorted(both_ways) for pair in product(own[one], its[other])]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def take(self, rows: NDArray[np.integer]) -> Self:
        """These rows, in this order."""
        return type(self)(
            self.vectors[rows],
            self.targets[rows],
            self.genres,
            self.groups[rows],
            None if self.primary is None else self.primary[rows],
            None if self.sources is None else self.sources[rows],
            None if self.unseen is None else self.unseen[rows],
            self.genre_dimensions,
            None if self.texts is None else self.texts[rows],
            None if self.named is None else self.named[rows],
            None if self.albums is None else self.albums[rows],
            self.apart,
        )


def _rows_of_albums(albums: NDArray[np.integer], pairs: frozenset[tuple[int, int]]) -> dict[int, list[int]]:
    return {one: np.flatnonzero(albums == one).tolist() for pair in pairs for one in pair}
