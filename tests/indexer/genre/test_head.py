from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from indexer.genre import Calibration
from indexer.genre.classifier import GenreClassifier
from indexer.genre.head import LinearHead, fit_head
from sleeve.errors import BundleError, TrainingError
from tests.indexer.genre.planted import planted

HEAD = LinearHead(("jazz", "rock"), np.array([[1, 0], [0, 2]], dtype=np.float32), np.array([0, 0.5], dtype=np.float32))


def test_probabilities_are_the_softmax_of_weights_and_bias() -> None:
    found = HEAD.probabilities(np.array([[1, 0], [0, 1]], dtype=np.float32))
    assert found[0].tolist() == pytest.approx([np.e**0.5 / (1 + np.e**0.5), 1 / (1 + np.e**0.5)])
    assert found[1].tolist() == pytest.approx([1 / (1 + np.e**2.5), np.e**2.5 / (1 + np.e**2.5)])
    np.testing.assert_array_equal(HEAD.probabilities(np.array([1.0, 0.0])), found[0])
    with pytest.raises(BundleError, match="vectors of 2 numbers, not 3"):
        HEAD.probabilities(np.zeros((1, 3)))


def test_bytes_bring_the_same_head_back_and_are_the_same_bytes() -> None:
    data = HEAD.to_bytes()
    again = LinearHead.from_bytes(data)
    assert again.genres == HEAD.genres
    np.testing.assert_array_equal(again.weights, HEAD.weights)
    np.testing.assert_array_equal(again.bias, HEAD.bias)
    assert again.to_bytes() == data


def test_a_file_that_unpacks_to_more_than_a_head_needs_is_refused() -> None:
    file = BytesIO()
    np.savez_compressed(file, genres=np.array(["a", "b"]), weights=np.zeros((2, 2**23), np.float32), bias=np.zeros(2))
    assert len(file.getvalue()) < 2**17
    with pytest.raises(BundleError, match="unpacks to more than 64 MiB"):
        LinearHead.from_bytes(file.getvalue())


def test_damaged_bytes_are_named_whatever_is_damaged() -> None:
    data = HEAD.to_bytes()
    for cut in range(0, len(data), 7):
        with pytest.raises(BundleError):
            LinearHead.from_bytes(data[:cut])
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        with suppress(BundleError):
            LinearHead.from_bytes(bytes(damaged))


def test_pickles_are_not_loaded() -> None:
    file = BytesIO()
    np.savez(file, genres=np.array(["a", None], dtype=object), weights=HEAD.weights, bias=HEAD.bias)
    with pytest.raises(BundleError):
        LinearHead.from_bytes(file.getvalue())


@pytest.mark.parametrize(
    ("genres", "weights", "bias"),
    [
        (("jazz",), np.zeros((1, 2)), np.zeros(1)),
        (("jazz", "jazz"), np.zeros((2, 2)), np.zeros(2)),
        (("jazz", "rock"), np.zeros((3, 2)), np.zeros(2)),
        (("jazz", "rock"), np.zeros((2, 2)), np.zeros((2, 1))),
        (("jazz", "rock"), np.full((2, 2), np.nan), np.zeros(2)),
    ],
)
def test_a_head_must_hold_together(
    genres: tuple[str, ...], weights: NDArray[np.float64], bias: NDArray[np.float64]
) -> None:
    with pytest.raises(BundleError, match="damaged"):
        LinearHead(genres, weights.astype(np.float32), bias.astype(np.float32))


@pytest.mark.parametrize("genres", [2, 3])
def test_without_balance_it_is_plain_logistic_regression(genres: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.genre.softmax.BALANCE", 0.0)
    data = planted(genres=genres)
    found = fit_head(data.vectors, data.targets, data.genres, C=2.0)
    model = LogisticRegression(C=2.0, tol=1e-6, max_iter=1000)
    expected = model.fit(data.vectors, data.targets.argmax(axis=1)).predict_proba(data.vectors)
    np.testing.assert_allclose(found.head.probabilities(data.vectors), expected, atol=5e-3)


def test_full_balance_is_what_scikit_learn_calls_balanced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.genre.softmax.BALANCE", 1.0)
    data = planted()
    found = fit_head(data.vectors, data.targets, data.genres, C=2.0)
    model = LogisticRegression(C=2.0, class_weight="balanced", tol=1e-6, max_iter=1000)
    expected = model.fit(data.vectors, data.targets.argmax(axis=1)).predict_proba(data.vectors)
    np.testing.assert_allclose(found.head.probabilities(data.vectors), expected, atol=5e-3)


def test_balance_names_rare_genres_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    data = planted(noise=4.0)
    named = []
    for balance in (0.0, 0.5, 1.0):
        monkeypatch.setattr("indexer.genre.softmax.BALANCE", balance)
        head = fit_head(data.vectors, data.targets, data.genres).head
        named.append(head.probabilities(data.vectors)[:, 2].mean())
    assert named == sorted(named)
    assert named[2] > 1.3 * named[0]


def test_an_album_of_two_genres_is_split_between_them() -> None:
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2]]
    targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [1, 1]], dtype=bool)
    found = fit_head(vectors, targets, ("jazz", "rock"), C=100.0).head.probabilities(np.eye(3, dtype=np.float32))
    assert found[2].tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    assert found[0, 0] > 0.9
    assert found[1, 1] > 0.9


def test_an_album_of_several_genres_counts_no_more_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.genre.softmax.BALANCE", 0.0)
    data = planted(covers=120)
    targets = data.targets.copy()
    targets[:60, 0] = True
    rows, labels = np.nonzero(targets)
    model = LogisticRegression(C=2.0, tol=1e-6, max_iter=1000)
    weights = 1 / targets.sum(axis=1)[rows]
    model.fit(data.vectors[rows], labels, sample_weight=weights / weights.mean())
    found = fit_head(data.vectors, targets, data.genres, C=2.0).head.probabilities(data.vectors)
    np.testing.assert_allclose(found, model.predict_proba(data.vectors), atol=5e-3)


def test_rows_without_a_genre_take_no_part() -> None:
    data = planted()
    silent = np.zeros_like(data.targets)
    once = fit_head(data.vectors, data.targets, data.genres).head
    again = fit_head(
        np.concatenate([data.vectors, data.vectors]), np.concatenate([data.targets, silent]), data.genres
    ).head
    assert again.to_bytes() == once.to_bytes()


def test_a_genre_of_one_album_or_one_group_is_left_out() -> None:
    vectors = np.eye(6, dtype=np.float32)
    targets = np.eye(3, dtype=bool)[[0, 0, 1, 1, 2, 2]]
    kept = fit_head(vectors[:5], targets[:5], ("jazz", "rock", "polka"))
    assert (kept.head.genres, kept.left_out) == (("jazz", "rock"), ("polka",))
    grouped = fit_head(vectors, targets, ("jazz", "rock", "polka"), groups=np.array([0, 1, 2, 2, 3, 4]))
    assert (grouped.head.genres, grouped.left_out) == (("jazz", "polka"), ("rock",))


def test_nothing_to_learn_is_said_in_clear_words() -> None:
    vectors = np.eye(4, dtype=np.float32)
    with pytest.raises(TrainingError, match="no album with a vector has a genre yet"):
        fit_head(vectors, np.zeros((4, 2), dtype=bool), ("jazz", "rock"))
    with pytest.raises(TrainingError, match="only jazz has 2 or more albums"):
        fit_head(vectors, np.eye(2, dtype=bool)[[0, 0, 0, 1]], ("jazz", "rock"))
    with pytest.raises(TrainingError, match="none has 2 or more albums"):
        fit_head(vectors, np.eye(4, dtype=bool), ("a", "b", "c", "d"))


def test_a_genre_that_is_gone_leaves_its_chance_to_the_others() -> None:
    more = LinearHead(
        ("folk", *HEAD.genres), np.vstack([[[3, 3]], HEAD.weights]).astype(np.float32), np.zeros(3, np.float32)
    )
    vector = np.array([0.6, 0.8], dtype=np.float32)
    left = more.without_others({"jazz", "rock", "new"})
    assert left is not None
    assert left.genres == ("jazz", "rock")
    both = more.probabilities(vector)[1:]
    np.testing.assert_allclose(left.probabilities(vector), both / both.sum(), rtol=1e-6)
    assert more.without_others({"folk", "jazz", "rock"}) is more
    assert more.without_others({"folk"}) is None
    fitted = GenreClassifier(more, Calibration(), is_of_catalogue=True)
    assert fitted.for_genres({"folk": 1, "rock": 2}).head.genres == ("folk", "rock")  # type: ignore[union-attr]
    assert fitted.for_genres({}) is fitted
    assert GenreClassifier(more, Calibration()).for_genres({"rock": 2}).head is more
