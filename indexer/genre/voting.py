"""The vote: what the neighbours' genres say, nearer neighbours more loudly.

Each of the k most similar voters has one voice of weight exp((s - s_max) / temperature), shared equally among its
genres (Dudani, "The distance-weighted k-nearest-neighbor rule", 1976, with an exponential weight). A genre's sum is
divided by its prior to the power gamma, which takes from common genres part of the advantage of being common: 0 leaves
it all, 1 takes it all.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from indexer.genre.membership import genre_shares, rows_to_one

_CHUNK_NUMBERS = 2**21
"""Genres of neighbours that are gathered at a time: 16 MiB."""


class VoteSettings(BaseModel):
    """How neighbours vote.

    Attributes:
        k: voters; all that are as similar as the k-th vote too.
        temperature: difference of similarity that makes a voice e times weaker.
        prior_exponent: gamma.
        near_duplicate_similarity: from here on a neighbour shows the same artwork and does not vote, unless a person
            says that it does not; whoever looks for voters leaves it out.
        genre_weight: of the genre part of vectors that have one, in the similarities voted with; see ``weighing``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    k: Annotated[int, Field(ge=1)] = 40
    temperature: Annotated[float, Field(gt=0)] = 0.1
    prior_exponent: Annotated[float, Field(ge=0, le=1)] = 0.5
    near_duplicate_similarity: Annotated[float, Field(gt=0, le=2)] = 0.9
    genre_weight: Annotated[float, Field(ge=0, le=100)] = 1.0


def vote(
    similarities: NDArray[np.floating],
    targets: NDArray[np.bool_],
    prior: NDArray[np.floating],
    settings: VoteSettings,
    own: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """The vote on one query.

    Args:
        similarities: (m,) of the neighbours, in any order; only as many as ``settings.k`` vote.
        targets: (m, g), the genres of each neighbour's album. A neighbour without a genre neither votes nor takes a
            voter's place.
        prior: (g,), each genre's share (or number) of albums in the catalogue.
        own: (m,), neighbours of the query's own album, which do not vote.

    Returns:
        (g,) that sums to 1, or zeros when nobody votes.
    """
    allowed = similarities if own is None else np.where(own, -np.inf, similarities)
    voters = np.arange(len(similarities))[np.newaxis]
    return np.asarray(vote_many(allowed[np.newaxis], voters, targets, prior, settings)[0])


def vote_many(
    similarities: NDArray[np.floating],
    neighbours: NDArray[np.integer],
    targets: NDArray[np.bool_],
    prior: NDArray[np.floating],
    settings: VoteSettings,
) -> NDArray[np.float64]:
    """The votes on many queries whose neighbours are rows of one table.

    Args:
        similarities: (q, m); -inf for one that must not vote.
        neighbours: (q, m) rows of ``targets``; below 0 for none.
        targets: (n, g).
        prior: (g,), see ``vote``.

    Returns:
        (q, g), each row as ``vote`` gives it.
    """
    return without_prior(voices(similarities, neighbours, targets, settings), prior, settings.prior_exponent)


def voices(
    similarities: NDArray[np.floating],
    neighbours: NDArray[np.integer],
    targets: NDArray[np.bool_],
    settings: VoteSettings,
) -> NDArray[np.float64]:
    """The sums of the voices for each genre, (q, g), before the correction; arguments as of ``vote_many``."""
    sums = np.zeros((len(similarities), targets.shape[1]))
    if not similarities.size or not targets.size:
        return sums
    shares = genre_shares(targets)
    weights = vote_weights(_of_voters(similarities, neighbours, targets), settings)
    step = max(1, _CHUNK_NUMBERS // (similarities.shape[1] * targets.shape[1]))
    for start in range(0, len(sums), step):
        chunk = slice(start, start + step)
        sums[chunk] = np.matmul(weights[chunk, np.newaxis], shares[neighbours[chunk]])[:, 0]
    return sums


def without_prior(sums: NDArray[np.float64], prior: NDArray[np.floating], prior_exponent: float) -> NDArray[np.float64]:
    """(q, g) sums over prior^gamma, then made to sum to 1; rows of zeros stay so.

    A genre whose prior is 0, because it is newer than the prior, counts as the rarest of those known.
    """
    known = prior[prior > 0]
    rarest = float(known.min()) if len(known) else 1.0
    return rows_to_one(sums / np.where(prior > 0, prior, rarest) ** prior_exponent)


def vote_weights(similarities: NDArray[np.floating], settings: VoteSettings) -> NDArray[np.float64]:
    """(q, m) similarities, -inf for those that do not vote → (q, m) weights: 1 for the nearest, 0 past the k-th.

    The k-th similarity is the bar and equals pass it, so the order of the neighbours decides nothing.
    """
    scaled = np.asarray(similarities, dtype=np.float64)
    if settings.k < scaled.shape[1]:
        last = scaled.shape[1] - settings.k
        bar = np.partition(scaled, last, axis=1)[:, last : last + 1]
        scaled = np.where(scaled >= bar, scaled, -np.inf)
    nearest = scaled.max(axis=1, keepdims=True)
    return np.asarray(np.exp((scaled - np.where(np.isfinite(nearest), nearest, 0.0)) / settings.temperature))


def _of_voters(
    similarities: NDArray[np.floating],
    neighbours: NDArray[np.integer],
    targets: NDArray[np.bool_],
) -> NDArray[np.floating]:
    has_genre = np.asarray(targets.any(axis=1))
    votes = (neighbours >= 0) & has_genre[neighbours]
    return np.where(votes, similarities, -np.inf)
