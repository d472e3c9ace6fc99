"""The losses against their formulas, computed here by hand in NumPy."""

import numpy as np
import pytest
import torch

from indexer.training.losses import artwork_contrastive, genre_cross_entropy, supervised_contrastive


def unit(rows: int, seed: int, dimension: int = 5) -> torch.Tensor:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return torch.from_numpy(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_cross_entropy_of_soft_smoothed_targets() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 0.5], [9.0, 9.0, -9.0]])
    targets = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.0]])
    wanted = np.array([[0.8 + 0.2 / 3, 0.2 / 3, 0.2 / 3], [0.2 / 3, 0.4 + 0.2 / 3, 0.4 + 0.2 / 3]])
    given = logits[:2].numpy().astype(float)
    shares = given - np.log(np.exp(given).sum(1, keepdims=True))
    assert genre_cross_entropy(logits, targets, 0.2).item() == pytest.approx(-(wanted * shares).sum(1).mean(), rel=1e-6)


def test_cross_entropy_adds_the_prior_to_the_logits() -> None:
    logits, targets = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])
    prior = torch.tensor([0.9, 0.1]).log()
    assert genre_cross_entropy(logits, targets, 0.0, prior).item() == pytest.approx(-np.log(0.9), rel=1e-6)


def test_cross_entropy_of_no_labelled_cover_is_nothing() -> None:
    assert genre_cross_entropy(torch.ones(2, 3), torch.zeros(2, 3), 0.1).item() == 0


def test_supervised_contrastive_is_equation_2() -> None:
    vectors, labels = unit(6, 1), torch.tensor([0, 0, 1, 1, 1, 2])
    similarities = (vectors @ vectors.T).numpy().astype(float) / 0.2
    losses = []
    for i in range(5):
        others = [a for a in range(6) if a != i]
        positives = [p for p in others if labels[p] == labels[i]]
        whole = np.log(sum(np.exp(similarities[i, a]) for a in others))
        losses.append(-np.mean([similarities[i, p] - whole for p in positives]))
    assert supervised_contrastive(vectors, labels, torch.arange(6), 0.2).item() == pytest.approx(
        np.mean(losses), rel=1e-5
    )


def test_supervised_contrastive_leaves_views_of_one_cover_out_of_each_others_sums() -> None:
    vectors, labels, covers = unit(5, 6), torch.tensor([0, 0, 0, 1, 2]), torch.tensor([4, 4, 5, 6, 7])
    similarities = (vectors @ vectors.T).numpy().astype(float)
    sums = {0: (2, 3, 4), 1: (2, 3, 4), 2: (0, 1, 3, 4)}
    positives = {0: (2,), 1: (2,), 2: (0, 1)}
    losses = [
        np.log(sum(np.exp(similarities[i, a]) for a in sums[i])) - np.mean([similarities[i, p] for p in positives[i]])
        for i in range(3)
    ]
    assert supervised_contrastive(vectors, labels, covers, 1.0).item() == pytest.approx(np.mean(losses), rel=1e-5)


def test_supervised_contrastive_passes_over_the_unlabelled() -> None:
    vectors, labels, covers = unit(6, 2), torch.tensor([0, 0, 1, 1, -1, -1]), torch.arange(6)
    known = supervised_contrastive(vectors[:4], labels[:4], covers[:4], 0.1)
    assert supervised_contrastive(vectors, labels, covers, 0.1).item() == pytest.approx(known.item(), rel=1e-6)
    assert supervised_contrastive(vectors[:2], torch.tensor([0, 1]), covers[:2], 0.1).item() == 0


def test_artwork_contrastive_is_infonce_both_ways() -> None:
    photos, covers, queue = unit(3, 3), unit(3, 4), unit(4, 5)
    groups, queue_groups = torch.tensor([7, 8, 7]), torch.tensor([9, 8, -1, 10])
    own = range(3)
    # Of cover 0: 2 is of its group; of cover 1: queue place 1 is; place 2 is empty.
    rivals = {0: ([1], [0, 1, 3]), 1: ([0, 2], [0, 3]), 2: ([1], [0, 1, 3])}

    def one_way(asked: torch.Tensor, found: torch.Tensor) -> float:
        losses = []
        for i in own:
            right = float(asked[i] @ found[i]) / 0.1
            wrong = [float(asked[i] @ found[j]) / 0.1 for j in rivals[i][0]]
            wrong += [float(asked[i] @ queue[j]) / 0.1 for j in rivals[i][1]]
            losses.append(np.log(sum(np.exp(value) for value in [right, *wrong])) - right)
        return float(np.mean(losses))

    expected = (one_way(photos, covers) + one_way(covers, photos)) / 2
    assert artwork_contrastive(photos, covers, groups, queue, queue_groups, 0.1).item() == pytest.approx(
        expected, rel=1e-5
    )
