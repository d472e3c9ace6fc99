"""Vectors like real ones, as many as are wanted: clustered, with a stated difficulty."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db import vectors
from indexer.home import Home
from sleeve.settings import Settings

ROWS_A_STEP = 8192
_LID_NEIGHBOURS = 100


def read_vectors(source: Path) -> NDArray[np.float32]:
    """(n, d) normalised vectors out of an .npy file, or those of the live bundle in a home's database."""
    if source.suffix == ".npy":
        found = np.load(source).astype(np.float32)
    else:
        with Home(Settings(home=source)) as home, home.database.reading() as session:
            live = home.require_live()
            found = np.concatenate([batch.vectors for batch in vectors.stream(session, live.bundle)]).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def read_genres(home: Path) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """(n, d) normalised vectors of the fronts in a home, and the (n,) main genre of each; empty if it has none."""
    with Home(Settings(home=home)) as opened, opened.database.reading() as session:
        found = vectors.of_catalogue(session, opened.require_live().bundle)
    lengths = np.linalg.norm(found.vectors, axis=1, keepdims=True)
    return found.vectors / lengths, np.array([genres[0] if genres else "" for genres in found.genres])


class Generator:
    """Draws around real vectors, with the covariance of the differences between real nearest neighbours.

    The noise is as long as such a difference and is in the same directions, so clusters are as wide, and as far
    apart, as in the real vectors; more vectors fill them more densely.
    """

    def __init__(self, real: NDArray[np.float32], seed: int = 7) -> None:
        self._real = real
        self._random = np.random.default_rng(seed)
        sample = self._random.choice(len(real), min(len(real), 4000), replace=False)
        similarities = real[sample] @ real.T
        similarities[np.arange(len(sample)), sample] = -2
        differences = real[sample] - real[similarities.argmax(axis=1)]
        covariance = differences.T @ differences / len(differences)
        values, directions = np.linalg.eigh(covariance)
        self._spread = (directions * np.sqrt(np.maximum(values, 0))).T.astype(np.float32)

    @property
    def count(self) -> int:
        """Of the real vectors."""
        return len(self._real)

    @property
    def dimension(self) -> int:
        return int(self._real.shape[1])

    def draw(self, count: int) -> NDArray[np.float32]:
        """(count, d) normalised vectors, others at every call."""
        return self.draw_around(self._random.integers(len(self._real), size=count))

    def draw_around(self, centres: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, d) normalised vectors, each around one of the real vectors, by their numbers."""
        noise = self._random.standard_normal((len(centres), self.dimension), dtype=np.float32) @ self._spread
        made = self._real[centres] + noise
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))

    def batches(self, count: int) -> Iterator[NDArray[np.float16]]:
        """``count`` vectors in all, a few thousand at a time."""
        for start in range(0, count, ROWS_A_STEP):
            yield self.draw(min(ROWS_A_STEP, count - start)).astype(np.float16)


def local_intrinsic_dimensionality(among: NDArray[np.float32], queries: NDArray[np.float32]) -> float:
    """Mean over the queries of the maximum-likelihood estimate from 100 neighbours (Amsaleg et al., 2015): how many
    directions a neighbourhood has, which is what makes searching hard, whatever the dimension."""
    count = min(_LID_NEIGHBOURS, len(among) - 1)
    nearest = np.sort(queries @ among.T, axis=1)[:, -count:][:, ::-1]
    distances = np.sqrt(np.maximum(2 - 2 * nearest, 1e-6))
    logs = np.log(distances[:, :-1] / distances[:, -1:])
    return float(np.mean(-1 / np.minimum(logs.mean(axis=1), -1e-6)))
