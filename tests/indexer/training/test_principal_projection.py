"""The principal components against their definition: uncorrelated, of mean 0 and variance 1, the widest first."""

import numpy as np
from numpy.typing import NDArray

from indexer.training.principal_projection import fit_principal_projection


def spread_out(rows: int, width: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(rows, width)) * np.linspace(3, 0.5, width) @ rng.normal(size=(width, width))
    return np.asarray(mixed + 5, np.float32)


def test_components_are_white_and_the_widest_of_the_standardised_features() -> None:
    features = spread_out(400, 12)
    projection = fit_principal_projection(features, 4)
    found = features @ projection.weights.T + projection.bias
    assert found.shape == (400, 4)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(4), atol=1e-3)
    standard = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-3)
    values, vectors = np.linalg.eigh(np.cov(standard.T, bias=True))
    widest = standard @ vectors[:, ::-1][:, :4] / np.sqrt(values[::-1][:4])
    np.testing.assert_allclose(np.abs(np.diag(np.corrcoef(found.T, widest.T)[:4, 4:])), 1, atol=1e-4)


def test_what_features_do_not_have_is_not_made_up() -> None:
    of_rank_two = spread_out(50, 2) @ np.random.default_rng(1).normal(size=(2, 9)).astype(np.float32)
    assert len(fit_principal_projection(of_rank_two, 6).weights) == 2
    assert len(fit_principal_projection(spread_out(3, 9), 6).weights) == 2
    even = fit_principal_projection(np.ones((5, 4), np.float32), 3)
    assert np.isfinite(even.weights).all()
    assert np.isfinite(even.bias).all()
