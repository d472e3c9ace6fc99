"""The scores that choose an epoch, against counts made by hand."""

import numpy as np
import pytest

from indexer.training.validation import confusion, macro_f1

LOGITS = np.array([[3, 1, 0], [0, 2, 1], [0, 1, 2], [2, 1, 0], [0, 5, 1]], np.float32)
WANTED = np.array([[1, 0, 0], [1, 0, 0], [0, 0.5, 0.5], [0, 1, 0], [0, 1, 0]], np.float32)


def test_confusion_counts_any_of_several_genres_as_right() -> None:
    assert confusion(LOGITS, WANTED).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_macro_f1_is_the_mean_over_genres_with_covers() -> None:
    assert macro_f1(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])) == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert macro_f1(np.array([[2, 1, 0], [0, 3, 0], [0, 0, 0]])) == pytest.approx((4 / 5 + 6 / 7) / 2)
    assert macro_f1(np.zeros((2, 2), int)) == 0
