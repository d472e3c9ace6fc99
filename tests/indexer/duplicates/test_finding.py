"""Candidates against brute force, groups by hand, pictures that are gone."""

from pathlib import Path

import numpy as np

from indexer.decoding import DecodingLimits
from indexer.duplicates import candidates, confirmed, groups
from indexer.duplicates.finding import LEAST_SIMILARITY, NEIGHBOURS
from indexer.progress import Silent
from tests.indexer.duplicates.artworks import artwork, cropped


def test_candidates_are_those_of_brute_force() -> None:
    draw_from = np.random.default_rng(4)
    drawn = draw_from.normal(size=(8, 6))[draw_from.integers(0, 8, 300)] + draw_from.normal(size=(300, 6)) / 2
    vectors = np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1)
    expected = set()
    for row in range(300):
        for other in np.argsort(-similar[row])[:NEIGHBOURS].tolist():
            if similar[row, other] >= LEAST_SIMILARITY:
                expected.add((min(row, other), max(row, other)))
    assert len(expected) > 500
    assert candidates(vectors) == sorted(expected)


def test_few_covers_have_few_candidates() -> None:
    assert candidates(np.zeros((0, 4), np.float32)) == []
    assert candidates(np.eye(3, 4, dtype=np.float32)) == []
    assert candidates(np.full((2, 4), 0.5, np.float32)) == [(0, 1)]


def test_only_what_the_pixels_confirm_is_joined(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in ("a", "b", "crop of a", "gone", "no image")]
    artwork(1).save(paths[0])
    artwork(2).save(paths[1])
    cropped(artwork(1)).save(paths[2])
    paths[4].write_text("nothing")
    pairs = [(first, second) for first in range(5) for second in range(first + 1, 5)]
    assert confirmed(paths, pairs, DecodingLimits(), threads=2, progress=Silent()) == [(0, 2)]


def test_groups_are_chains_of_pairs() -> None:
    assert groups(9, [(0, 4), (2, 7), (4, 8)]) == [[0, 4, 8], [2, 7]]
    assert groups(3, []) == []
