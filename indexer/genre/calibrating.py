"""Fitting the calibration to predictions on covers that were not trained on."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.genre.membership import genre_shares
from indexer.genre.prediction import Calibration, offset, pooled, raised, shifted, with_floor
from indexer.genre.scoring import negative_log_likelihood
from indexer.genre.voting import VoteSettings

_FLOORS = (0.05, 0.1, 0.2, 0.5)

_LIFT = 1.5
_SURE_AT = 0.5

_EXPONENTS = (0.0, 20.0)
_OFFSETS = (-20.0, 20.0)
"""From and to."""

_OFFSET_DEVIATION = 2.0
"""Of the normal distribution that offsets are taken to be of, before any cover is seen."""


def fit_calibration(
    heads: NDArray[np.float64], votes: NDArray[np.float64], targets: NDArray[np.bool_], vote: VoteSettings
) -> Calibration:
    """The calibration of least negative log-likelihood.

    Args:
        heads, votes: (n, g), of covers that neither was fitted to; votes of zeros if nobody voted.
        targets: (n, g); rows without a genre, and those of a genre that the head does not know, are left out.
        vote: how the votes were made; kept in the calibration.
    """
    heard = (heads * targets).any(axis=1)
    heads, votes, targets = heads[heard], votes[heard], targets[heard]
    voted = votes.any(axis=1)
    if not len(targets):
        return Calibration(vote=vote)
    unsure_below = _unsure_below(targets)
    head_alone = _alone(heads, targets)
    if not voted.any():
        return Calibration(vote=vote, head_alone_exponent=head_alone, unsure_below=unsure_below)
    floor, head_exponent, vote_exponent = _fused(heads[voted], votes[voted], targets[voted])
    return Calibration(
        vote=vote,
        head_exponent=head_exponent,
        vote_exponent=vote_exponent,
        head_alone_exponent=head_alone,
        vote_alone_exponent=_alone(with_floor(votes[voted], floor, _all_of(targets)), targets[voted]),
        vote_floor=floor,
        unsure_below=unsure_below,
    )


def with_texts(
    calibration: Calibration,
    pictures: NDArray[np.float64],
    texts: NDArray[np.float64],
    targets: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> Calibration:
    """The calibration, with the exponents for texts of least negative log-likelihood.

    Args:
        pictures: (n, g) of head and vote, fused by ``calibration``.
        texts: (n, g), of covers that the text opinion was not fitted to; zeros if there is nothing to read.
        targets: (n, g).
        known: (g,), the genres that the text opinion knows.
    """
    heard = texts.any(axis=1) & pictures.any(axis=1) & (targets & known).any(axis=1)
    if not heard.any():
        return calibration
    pictures, texts, targets = pictures[heard], texts[heard], targets[heard]

    def loss(exponents: NDArray[np.float64]) -> float:
        return negative_log_likelihood(shifted(pictures, texts, exponents[0], exponents[1], known), targets)

    picture_exponent, text_exponent = _least(loss, (1.0, 0.5))[1]
    return calibration.model_copy(
        update={
            "picture_exponent": picture_exponent,
            "text_exponent": text_exponent,
            "text_alone_exponent": _alone(texts[:, known], targets[:, known]),
        }
    )


def with_offsets(
    calibration: Calibration,
    predictions: NDArray[np.float64],
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
) -> Calibration:
    """The calibration, with the likeliest offset of each genre.

    Args:
        predictions: (n, g) of ``calibration``, on covers that nothing was fitted to.
        targets: (n, g).
    """
    heard = (predictions * targets).any(axis=1)
    if not heard.any():
        return calibration
    predictions, targets = predictions[heard], targets[heard]

    def loss(offsets: NDArray[np.float64]) -> float:
        unlikely = float((offsets**2).sum()) / (2 * _OFFSET_DEVIATION**2 * len(targets))
        return negative_log_likelihood(offset(predictions, offsets), targets) + unlikely

    found = _least(loss, np.zeros(len(genres)), _OFFSETS)[1]
    return calibration.model_copy(update={"genre_offsets": dict(zip(genres, found, strict=True))})


def _alone(probabilities: NDArray[np.float64], targets: NDArray[np.bool_]) -> float:
    def loss(exponents: NDArray[np.float64]) -> float:
        return negative_log_likelihood(raised(probabilities, exponents[0], _all_of(targets)), targets)

    return _least(loss, (1.0,))[1][0]


def _fused(
    heads: NDArray[np.float64], votes: NDArray[np.float64], targets: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Floor, exponent of the head, exponent of the vote."""

    def at(floor: float) -> tuple[float, list[float]]:
        floored = with_floor(votes, floor, _all_of(targets))

        def loss(exponents: NDArray[np.float64]) -> float:
            pool = pooled(heads, floored, exponents[0], exponents[1], _all_of(targets))
            return negative_log_likelihood(pool, targets)

        return _least(loss, (0.7, 0.5))

    fits = {floor: at(floor) for floor in _FLOORS}
    best = min(_FLOORS, key=lambda floor: fits[floor][0])
    head_exponent, vote_exponent = fits[best][1]
    return best, head_exponent, vote_exponent


def _all_of(targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.ones(targets.shape[1], dtype=np.bool_)


def _unsure_below(targets: NDArray[np.bool_]) -> float:
    """A prediction should be at least half again as likely as the commonest genre is unseen, or likelier than not."""
    return min(_SURE_AT, _LIFT * float(genre_shares(targets).mean(axis=0).max()))


def _least(
    loss: Callable[[NDArray[np.float64]], float],
    start: Sequence[float] | NDArray[np.float64],
    bounds: tuple[float, float] = _EXPONENTS,
) -> tuple[float, list[float]]:
    """The least loss found, and what gives it."""
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    # As for the head: threads only wait for one another.
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(loss, np.array(start), method="L-BFGS-B", bounds=[bounds] * len(start))
    return float(found.fun), [float(value) for value in found.x]
