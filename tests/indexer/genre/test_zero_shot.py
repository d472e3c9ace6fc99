"""Genres by their names, against the formula and labels drawn from it."""

import numpy as np
import pytest

from indexer.genre.zero_shot import USUAL_SCALE, fit_scale, probabilities


def unit_rows(generator: np.random.Generator, count: int) -> np.ndarray:
    rows = generator.normal(size=(count, 16))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_the_chances_are_the_softmax_of_scaled_cosines() -> None:
    generator = np.random.default_rng(0)
    covers, names = unit_rows(generator, 5), unit_rows(generator, 3)
    for scale in (7.0, USUAL_SCALE):
        expected = [[np.exp(scale * float(cover @ name)) for name in names] for cover in covers]
        expected = [[one / sum(row) for one in row] for row in expected]
        np.testing.assert_allclose(probabilities(covers, names, scale), expected, rtol=1e-4)


@pytest.mark.parametrize("scale", [3.0, 20.0, 150.0])
def test_the_scale_that_labels_were_drawn_with_is_found(scale: float) -> None:
    generator = np.random.default_rng(1)
    covers, names = unit_rows(generator, 20_000), unit_rows(generator, 4)
    chances = probabilities(covers, names, scale)
    labels = (generator.random((len(covers), 1)) > chances.cumsum(axis=1)).sum(axis=1)
    assert fit_scale(covers, names, labels) == pytest.approx(scale, rel=0.08)


def test_labels_that_the_names_cannot_explain_make_it_unsure() -> None:
    generator = np.random.default_rng(2)
    covers, names = unit_rows(generator, 2_000), unit_rows(generator, 4)
    scale = fit_scale(covers, names, generator.integers(0, 4, len(covers)))
    assert scale < 1.5
