"""The arithmetic of recommending: one vector for a taste, and a choice of albums that differ. Pure."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import QueryError

_NO_LENGTH = 1e-6


def taste_vector(likes: NDArray[np.float32], dislikes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector to search with, of length 1: mean(likes) + (mean(likes) - mean(dislikes)).

    That is Qdrant's recommendation by the average vector. Without dislikes it is the mean of the likes, and without
    likes away from the mean of the dislikes.

    Args:
        likes: (n, d) L2-normalised.
        dislikes: (m, d) L2-normalised; n + m >= 1.

    Returns:
        (1, d).

    Raises:
        QueryError: they cancel out.
    """
    liked, disliked = (
        some.mean(axis=0, keepdims=True, dtype=np.float64) if len(some) else np.zeros((1, some.shape[1]))
        for some in (likes, dislikes)
    )
    return _of_length_1((2 if len(dislikes) else 1) * liked - disliked)


def with_words(
    pictures: NDArray[np.float32], words: NDArray[np.float32], covers: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The vector to search with, of length 1, for what pictures show and what words say, each of which decides as much.

    All covers are about as unlike a text, and differ far more in how like they are to an image (Liang et al., "Mind the
    gap", 2022). In a plain sum the words would hardly count, so each part is weighed by how much covers differ in it.

    Args:
        pictures, words: (1, d) of length 1.
        covers: (n, d) of a catalogue; with fewer than two the parts are added as they are.

    Returns:
        (1, d).

    Raises:
        QueryError: they cancel out.
    """
    spreads = [float((covers @ part[0]).std()) if len(covers) > 1 else 1.0 for part in (pictures, words)]
    if min(spreads) < _NO_LENGTH:
        spreads = [1.0, 1.0]
    return _of_length_1(pictures / spreads[0] + words / spreads[1])


def _of_length_1(wished: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(wished))
    if length < _NO_LENGTH:
        raise QueryError("the likes and dislikes cancel each other out; remove some")
    return np.asarray(wished / length, dtype=np.float32)


def choose(
    relevance: NDArray[np.float32],
    likeness: Callable[[int], NDArray[np.float32]],
    k: int,
    *,
    diversity: float,
    near_duplicate_at: float,
) -> list[int]:
    """Choose by maximal marginal relevance: each time the candidate with the highest
    (1 - diversity) * relevance - diversity * (its greatest likeness to one that was chosen).

    Carbonell and Goldstein, "The use of MMR, diversity-based reranking" (1998), with lambda = 1 - diversity. The first
    is the most relevant. A near-duplicate of one that was chosen is skipped.

    Args:
        relevance: (n,) similarity of each candidate to the query.
        likeness: gives, for a candidate, its (n,) similarities to all of them.
        k: the most to choose.
        diversity: 0 (by relevance) to 1.
        near_duplicate_at: from this likeness on two candidates show the same artwork.

    Returns:
        Up to k candidates in the order of their choice; equals by position.
    """
    left = np.ones(len(relevance), dtype=np.bool_)
    nearest = np.full(len(relevance), -np.inf, dtype=np.float32)
    chosen: list[int] = []
    while left.any() and len(chosen) < k:
        score = (1 - diversity) * relevance - diversity * nearest if chosen else relevance
        best = int(np.argmax(np.where(left, score, -np.inf)))
        chosen.append(best)
        nearest = np.maximum(nearest, likeness(best))
        left &= nearest < near_duplicate_at
        left[best] = False
    return chosen
