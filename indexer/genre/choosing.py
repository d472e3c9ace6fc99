"""The discrete choices, each by what it is worth on covers held out by group."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from indexer.genre.counted_texts import CountedTexts
from indexer.genre.fit_text import fit_text_opinion
from indexer.genre.head import fit_head
from indexer.genre.membership import genre_prior
from indexer.genre.neighbours import nearest
from indexer.genre.scoring import accuracy, answers, confusion, macro_f1, negative_log_likelihood
from indexer.genre.voting import VoteSettings, voices, without_prior
from indexer.genre.weighing import voting_queries
from sleeve.errors import TrainingError

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NEIGHBOUR_COUNTS = (10, 20, 40, 80, 160)
TEMPERATURES = (0.03, 0.06, 0.12, 0.24)
PRIOR_EXPONENTS = (0.0, 0.25, 0.5, 0.75)
GENRE_WEIGHTS = (1.0, 2.0, 4.0)
"""The grids that the head's C and the vote's settings are chosen from."""


def choose_head(
    vectors: NDArray[np.float32],
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
    groups: NDArray[np.integer],
    tested: NDArray[np.integer],
    folds: NDArray[np.integer],
) -> tuple[float, NDArray[np.float64]]:
    """The C of least negative log-likelihood, and the heads' (m, g) probabilities for the rows ``tested``.

    Each fold's head is fitted to all rows outside the fold's groups, tested or not. A row is zeros if a fold
    had too little to fit a head to, a column of zeros if its head left a genre out.

    Args:
        folds: (m,), the fold that each of the rows ``tested`` is tested in.
    """
    best, best_heads, best_loss = STRENGTHS[0], np.zeros((len(tested), len(genres))), np.inf
    for strength in STRENGTHS:
        heads = _heads_out_of_fold(vectors, targets, genres, groups, tested, folds, strength)
        loss = negative_log_likelihood(heads, targets[tested])
        if loss >= best_loss:
            # The loss falls, then rises with C, and the larger C is the longer a head takes.
            break
        best, best_heads, best_loss = strength, heads, loss
    return best, best_heads


def choose_vote(
    vectors: NDArray[np.float32],
    targets: NDArray[np.bool_],
    groups: NDArray[np.integer],
    tested: NDArray[np.integer],
    near_duplicate_similarity: float,
    genre_dimensions: int = 0,
    apart: NDArray[np.integer] | None = None,
) -> tuple[VoteSettings, NDArray[np.float64]]:
    """The settings of the best mean of accuracy and macro F1, and the votes (m, g) on the rows ``tested``.

    Accuracy alone would leave common genres all their advantage, macro F1 alone would take it all.

    Args:
        apart: (p, 2), pairs of a place in ``tested`` and a row that votes on it however similar they are.
    """
    prior = genre_prior(targets)
    best, best_score, best_votes = VoteSettings(), -1.0, np.zeros((len(tested), targets.shape[1]))
    for weight in GENRE_WEIGHTS if genre_dimensions else GENRE_WEIGHTS[:1]:
        hits = nearest(
            voting_queries(vectors[tested], genre_dimensions, weight),
            vectors,
            max(NEIGHBOUR_COUNTS),
            query_groups=groups[tested],
            gallery_groups=groups,
            below=near_duplicate_similarity,
            apart=apart,
        )
        for k, temperature in product(NEIGHBOUR_COUNTS, TEMPERATURES):
            settings = VoteSettings(
                k=k,
                temperature=temperature,
                near_duplicate_similarity=near_duplicate_similarity,
                genre_weight=weight,
            )
            sums = voices(hits.similarities, hits.rows, targets, settings)
            for exponent in PRIOR_EXPONENTS:
                votes = without_prior(sums, prior, exponent)
                table = confusion(answers(votes), targets[tested])
                score = accuracy(table) + macro_f1(table)
                if score > best_score:
                    best = settings.model_copy(update={"prior_exponent": exponent})
                    best_score, best_votes = score, votes
    return best, best_votes


def texts_out_of_fold(
    texts: CountedTexts,
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
    groups: NDArray[np.integer],
    tested: NDArray[np.integer],
    folds: NDArray[np.integer],
) -> NDArray[np.float64]:
    """The text opinions' (m, g) probabilities for the rows ``tested``, as ``choose_head`` has those of heads."""
    probabilities = np.zeros((len(tested), len(genres)))
    for held_out, train, of_fold in _splits(groups, tested, folds):
        opinion = fit_text_opinion(texts[train], targets[train], genres, groups=groups[train])
        if opinion is not None:
            known = np.isin(genres, opinion.genres)
            probabilities[np.ix_(of_fold, known)] = opinion.probabilities_of(texts[held_out])
    return probabilities


def _heads_out_of_fold(
    vectors: NDArray[np.float32],
    targets: NDArray[np.bool_],
    genres: tuple[str, ...],
    groups: NDArray[np.integer],
    tested: NDArray[np.integer],
    folds: NDArray[np.integer],
    strength: float,
) -> NDArray[np.float64]:
    probabilities = np.zeros((len(tested), len(genres)))
    for held_out, train, of_fold in _splits(groups, tested, folds):
        try:
            head = fit_head(vectors[train], targets[train], genres, C=strength).head
        except TrainingError:
            continue
        known = np.isin(genres, head.genres)
        probabilities[np.ix_(of_fold, known)] = head.probabilities(vectors[held_out])
    return probabilities


def _splits(
    groups: NDArray[np.integer], tested: NDArray[np.integer], folds: NDArray[np.integer]
) -> Iterator[tuple[NDArray[np.integer], NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each fold, the rows held out, whether a row may be fitted to (n,), and whether a tested row is of it (m,)."""
    for fold in np.unique(folds):
        held_out = tested[folds == fold]
        yield held_out, ~np.isin(groups, groups[held_out]), folds == fold
