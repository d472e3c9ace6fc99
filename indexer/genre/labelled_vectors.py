"""Vectors of covers that have a genre, with what fitting and measuring need to know of each cover."""

from dataclasses import dataclass
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
        primary: (n,) the column that a cover counts for when its prediction is wrong; by default its first.
        sources: (n,) where each cover came from, "" if unknown; by default all unknown.
        unseen: (n,) whether the backbone was not trained on the cover; by default it was trained on none.
        genre_dimensions: how many of the last components are the vectors' genre part.
        texts: of the covers; None if nobody has read any.
        named: (n,) whether the cover's artist is known; by default none is.
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

    def __post_init__(self) -> None:
        columns = (self.targets, self.groups, self.primary, self.sources, self.unseen, self.texts, self.named)
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
        )
