import numpy as np

from indexer.genre.choosing import (
    NEIGHBOUR_COUNTS,
    PRIOR_EXPONENTS,
    STRENGTHS,
    TEMPERATURES,
    choose_head,
    choose_vote,
)
from indexer.genre.folds import group_folds
from indexer.genre.head import fit_head
from indexer.genre.membership import genre_prior
from indexer.genre.scoring import accuracy, answers, confusion, macro_f1, negative_log_likelihood
from indexer.genre.voting import VoteSettings, vote
from tests.indexer.genre.planted import planted

DATA = planted(covers=120, noise=2.5, group_size=2)
ALL = np.arange(120)
LIMIT = 0.75


def test_the_vote_is_the_best_of_the_grid_and_nobody_of_the_group_votes() -> None:
    prior = genre_prior(DATA.targets)
    similarities = DATA.vectors @ DATA.vectors.T
    own = DATA.groups[:, np.newaxis] == DATA.groups
    near = similarities >= LIMIT
    assert (near & ~own).any()
    parted = [(int(row), int(other)) for row, other in np.argwhere(near & ~own)[::4]]
    near[tuple(np.array(parted).T)] = False

    def score(settings: VoteSettings) -> float:
        votes = [vote(similarities[row], DATA.targets, prior, settings, own=(own | near)[row]) for row in ALL]
        table = confusion(answers(np.array(votes)), DATA.targets)
        return accuracy(table) + macro_f1(table)

    chosen, votes = choose_vote(DATA.vectors, DATA.targets, DATA.groups, ALL, LIMIT, apart=np.array(parted))
    scores = {
        (k, temperature, exponent): score(
            VoteSettings(k=k, temperature=temperature, prior_exponent=exponent, near_duplicate_similarity=LIMIT)
        )
        for k in NEIGHBOUR_COUNTS
        for temperature in TEMPERATURES
        for exponent in PRIOR_EXPONENTS
    }
    best = scores[chosen.k, chosen.temperature, chosen.prior_exponent]
    assert best >= max(scores.values()) - 1e-9
    assert best > min(scores.values()) + 0.05
    table = confusion(answers(votes), DATA.targets)
    assert abs(best - accuracy(table) - macro_f1(table)) < 1e-9


def test_the_head_is_the_likeliest_out_of_fold() -> None:
    folds = group_folds(DATA.targets, DATA.groups, seed=0)
    losses = {}
    for strength in STRENGTHS:
        heads = np.zeros(DATA.targets.shape)
        for fold in range(5):
            head = fit_head(DATA.vectors[folds != fold], DATA.targets[folds != fold], DATA.genres, C=strength).head
            heads[folds == fold] = head.probabilities(DATA.vectors[folds == fold])
        losses[strength] = negative_log_likelihood(heads, DATA.targets)
    chosen, heads = choose_head(DATA.vectors, DATA.targets, DATA.genres, DATA.groups, ALL, folds)
    assert chosen == min(losses, key=losses.__getitem__)
    assert chosen not in (STRENGTHS[0], STRENGTHS[-1])
    assert abs(negative_log_likelihood(heads, DATA.targets) - losses[chosen]) < 1e-9
