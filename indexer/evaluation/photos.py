"""Scans and photos of the same covers, answered side by side by a model that was fitted to neither."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.metrics import in_top, mean, reliability
from indexer.evaluation.procedures import PREDICTION, model_answers
from indexer.evaluation.report import PictureScores
from indexer.genre.counted_texts import CountedTexts
from indexer.genre.fit import GenreModel
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.scoring import answers, is_right


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """Photos of some covers, seen head on.

    Attributes:
        rows: (p,) the covers, as rows of the data.
        vectors: (p, d) float32, L2-normalised.
        texts: of the photos; None if covers have not been read.
    """

    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]
    texts: CountedTexts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Predictions (m, g) for pictures of covers with these genres (m, g), and which of them are unsure (m,)."""

    probabilities: NDArray[np.float64]
    targets: NDArray[np.bool_]
    unsure: NDArray[np.bool_]


def answer_both(
    model: GenreModel, train: LabelledVectors, data: LabelledVectors, photos: Photos, tested: NDArray[np.int64]
) -> tuple[Answered, Answered]:
    """The answers to scans and to photos of those of the covers ``tested`` that have a photo, in the same order."""
    of_test = np.isin(photos.rows, tested)
    scans = data.take(photos.rows[of_test])
    texts = None if photos.texts is None else photos.texts[of_test]
    seen = replace(scans, vectors=photos.vectors[of_test], texts=texts)
    return _answered(model, train, scans, False), _answered(model, train, seen, True)


def measure_pictures(name: str, parts: Sequence[Answered]) -> PictureScores:
    """The measures of one kind of picture over all parts."""
    probabilities, targets, unsure = (
        np.concatenate([getattr(part, field) for part in parts]) for field in ("probabilities", "targets", "unsure")
    )
    right = is_right(answers(probabilities), targets)
    return PictureScores(
        picture=name,
        covers=len(right),
        accuracy=mean(right),
        top_3=mean(in_top(probabilities, targets)),
        calibration_error=reliability(probabilities, targets).expected_error,
        unsure=mean(unsure),
        accuracy_if_sure=mean(right[~unsure]),
        accuracy_if_unsure=mean(right[unsure]),
    )


def _answered(model: GenreModel, train: LabelledVectors, test: LabelledVectors, are_photos: bool) -> Answered:
    found = model_answers(model, train, test, are_photos=are_photos)[PREDICTION]
    return Answered(found, test.targets, found.max(axis=1, initial=0) < model.calibration.unsure_below)
