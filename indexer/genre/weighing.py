"""The queries that a vote is asked with: looking alike and being of one genre want other weights of a vector's parts.

If a vector consists of an artwork part and a genre part, each of the same length in every cover, an inner product with
the query's parts scaled apart is the cosine that vectors with another weight of the genre part would have. So one index
answers both questions.
"""

import numpy as np
from numpy.typing import NDArray


def voting_queries(vectors: NDArray[np.float32], genre_dimensions: int, genre_weight: float) -> NDArray[np.float32]:
    """(q, d) vectors → (q, d) queries whose product with a vector is (artwork cosine + w · genre cosine) / (1 + w).

    Args:
        genre_dimensions: how many of the last components are the genre part; 0 if there is none, and the vectors
            are the queries.
        genre_weight: w, of the genre part; the artwork part's is 1.
    """
    if not genre_dimensions:
        return vectors
    artwork, genre = vectors[:, :-genre_dimensions], vectors[:, -genre_dimensions:]
    both = 1 + genre_weight
    return np.concatenate([_weighed(artwork, 1 / both), _weighed(genre, genre_weight / both)], axis=1)


def _weighed(part: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    squares = np.square(part).sum(axis=1, keepdims=True)
    weighed = np.zeros_like(part)
    np.divide(np.float32(weight) * part, squares, where=squares > 0, out=weighed)
    return weighed
