"""Labelled vectors in which genres are there to be found."""

import numpy as np

from indexer.genre import LabelledVectors


def planted(
    *,
    seed: int = 0,
    covers: int = 300,
    noise: float = 1.0,
    group_noise: float = 0.0,
    group_size: int = 1,
    genres: int = 3,
) -> LabelledVectors:
    """Covers of groups around a direction for each genre, with noise of each group and of each cover.

    Genre 0 is the commonest: each next one has half as many covers.
    """
    generator = np.random.default_rng(seed)
    groups = np.arange(covers) // group_size
    shares = 0.5 ** np.arange(genres)
    of_groups = generator.choice(genres, groups[-1] + 1, p=shares / shares.sum())
    labels = of_groups[groups]
    centres = np.eye(16)[:genres]
    own = generator.normal(size=(groups[-1] + 1, 16))[groups]
    vectors = centres[labels] + 0.25 * (noise * generator.normal(size=(covers, 16)) + group_noise * own)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = ("rock", "jazz", "polka", "metal")[:genres]
    return LabelledVectors(vectors.astype(np.float32), np.eye(genres, dtype=bool)[labels], names, groups)
