"""Fitting a text opinion to the texts of covers with genres."""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.genre.counted_texts import CountedTexts, text_inputs
from indexer.genre.head import learnable_genres
from indexer.genre.membership import genre_shares
from indexer.genre.softmax import weighted_rows
from indexer.genre.text_opinion import MAX_NUMBERS, TextOpinion
from sleeve.errors import TrainingError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTH = 8.0
"""The C of the regressions."""

SMOOTHING = 0.01
"""What every term counts for, in every genre, before any cover is counted."""

LEAST_COVERS = 2
"""Covers that a term must be on."""

MAX_TERMS = 30_000
"""Terms of one text opinion, those on the most covers."""

_HALF = np.float32(0.5)

_TOLERANCE = 1e-2
_MAX_ITERATIONS = 100
_INTERCEPT_SCALING = 3.0
"""liblinear regularises the intercept too, this many times less than a weight, squared."""


def fit_text_opinion(
    texts: CountedTexts,
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
    *,
    groups: NDArray[np.integer],
) -> TextOpinion | None:
    """Fit a text opinion; None if too few covers have text to learn two genres from. The same input gives the same.

    It is the mean of two classifiers' scores, a regression's and a naive Bayes': the one is right more often, the
    other learns more from terms that few covers have, and they are wrong about different covers.

    Args:
        texts: of n covers.
        targets: (n, g).
        groups: (n,); genres found in one group only are left out.
    """
    spoken = texts.speak & targets.any(axis=1)
    texts, targets, groups = texts[spoken], targets[spoken], groups[spoken]
    try:
        kept = learnable_genres(targets, genres, groups)
    except TrainingError:
        return None
    terms = _shared(texts)[: min(MAX_TERMS, MAX_NUMBERS // int(kept.sum()))]
    if not terms:
        return None
    counts = texts.of_terms(terms)
    rarity = _rarity(counts)
    inputs, of_genres = text_inputs(counts, rarity, texts.layouts), targets[:, kept]
    weights, bias = _one_against_rest(inputs, of_genres)
    weights[:, : len(terms)] += _naive_bayes(inputs[:, : len(terms)], of_genres)
    weights, bias = weights * _HALF, bias * _HALF
    names = tuple(genre for genre, keep in zip(genres, kept, strict=True) if keep)
    return TextOpinion(
        names, terms, rarity, weights[:, : len(terms)].T.astype(np.float16), weights[:, len(terms) :].T.copy(), bias
    )


def _one_against_rest(
    inputs: "csr_matrix", targets: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (g, d) and bias (g,), each genre against all others: on thousands of rare terms as good as one regression
    for all genres, and many times as fast (Yu, Huang and Lin, "Dual coordinate descent methods for logistic regression
    and maximum entropy models", 2011)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    rows, labels, counts = weighted_rows(targets)
    model = LogisticRegression(
        C=STRENGTH,
        solver="liblinear",
        dual=True,
        tol=_TOLERANCE,
        max_iter=_MAX_ITERATIONS,
        intercept_scaling=_INTERCEPT_SCALING,
        random_state=0,
    )
    weights, bias = [], []
    with warnings.catch_warnings():
        # A model that stopped early is a little more regularised, no worse; it is measured like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for genre in range(targets.shape[1]):
            model.fit(inputs[rows], labels == genre, sample_weight=counts)
            weights.append(model.coef_[0])
            bias.append(model.intercept_[0])
    return np.array(weights, dtype=np.float32), np.array(bias, dtype=np.float32)


def _naive_bayes(inputs: "csr_matrix", targets: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Weights (g, t): how much rarer each term is on the covers of all other genres, in logarithms, less the mean of
    the genres (Rennie et al., "Tackling the poor assumptions of naive Bayes text classifiers", 2003, complement)."""
    of_genres = np.asarray((inputs.T @ genre_shares(targets)).T)
    of_others = SMOOTHING + of_genres.sum(axis=0) - of_genres
    weights = -np.log(of_others / of_others.sum(axis=1, keepdims=True))
    return np.asarray(weights - weights.mean(axis=0), dtype=np.float32)


def _shared(texts: CountedTexts) -> tuple[str, ...]:
    """The terms on enough covers, those on the most covers first, equals by name."""
    covers = np.bincount(texts.counts.indices, minlength=len(texts.terms))
    kept = np.flatnonzero(covers >= LEAST_COVERS)
    return tuple(texts.terms[column] for column in kept[np.argsort(-covers[kept], kind="stable")])


def _rarity(counts: "csr_matrix") -> NDArray[np.float32]:
    """(t,): 1 + ln((1 + n) / (1 + covers with the term)), scikit-learn's smoothed inverse document frequency."""
    covers = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(1 + np.log((1 + counts.shape[0]) / (1 + covers)), dtype=np.float32)
