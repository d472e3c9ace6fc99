"""Genres that are planted: directions in a space, with noise, an artist every two covers."""

import numpy as np

from indexer.genre import LabelledVectors

GENRES = ("ambient", "folk", "jazz", "punk")


def planted(a_genre: int = 40, *, noise: float = 0.6, seed: int = 0, dimension: int = 16) -> LabelledVectors:
    """Four genres around four directions; "folk" and "jazz" share most of theirs."""
    generator = np.random.default_rng(seed)
    directions = np.eye(len(GENRES), dimension)
    directions[2] = 0.9 * directions[1] + 0.3 * directions[2]
    one = np.repeat(np.arange(len(GENRES)), a_genre)
    vectors = directions[one] + noise * generator.normal(size=(len(one), dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    targets = np.zeros((len(one), len(GENRES)), np.bool_)
    targets[np.arange(len(one)), one] = True
    return LabelledVectors(vectors.astype(np.float32), targets, GENRES, np.arange(len(one)) // 2)
