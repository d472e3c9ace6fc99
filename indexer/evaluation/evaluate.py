"""One run that measures vote, head, text opinion, prediction and what they are compared with, on the same covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.kinds import kinds_of_covers
from indexer.evaluation.leaks import check_leaks, near_duplicates_across
from indexer.evaluation.measuring import (
    Resampling,
    measure_artwork_retrieval,
    measure_genre_retrieval,
    measure_method,
)
from indexer.evaluation.photos import Answered, Photos, answer_both, measure_pictures
from indexer.evaluation.procedures import majority_answers, model_answers, nearest_answers
from indexer.evaluation.report import EvaluationReport, LeakCheck, PictureScores
from indexer.evaluation.retrieval import ArtworkQueries
from indexer.genre.fit import GenreModel, fit_genre_model
from indexer.genre.folds import group_folds
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.voting import VoteSettings
from sleeve.errors import TrainingError

RESAMPLES = 1_000

NEAREST = "1-NN"
MAJORITY = "majority"

_NEAR_DUPLICATE_SIMILARITY = VoteSettings().near_duplicate_similarity


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Other vectors of the same covers, from a model that was trained on none of them.

    Attributes:
        name: "frozen", "logits"; the report's methods are "frozen: 1-NN" and so on.
        vectors: (n, e) L2-normalised; rows as in the data, or in ``train`` and then ``test``.
        fitted: whether vote, head and prediction are measured on them too, not 1-NN alone.
    """

    name: str
    vectors: NDArray[np.float32]
    fitted: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Rows to fit to and rows to answer for."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def evaluate(
    train: LabelledVectors,
    test: LabelledVectors,
    *,
    seed: int,
    near_duplicate_similarity: float = _NEAR_DUPLICATE_SIMILARITY,
    baselines: Sequence[Baseline] = (),
    artworks: Sequence[ArtworkQueries] = (),
    leak_check: bool = True,
    resamples: int = RESAMPLES,
) -> EvaluationReport:
    """Fit to ``train``, measure on ``test``.

    Raises:
        TrainingError: a group is on both sides, a tested cover was trained on, or there is too little to fit to.
    """
    if np.isin(test.groups, train.groups).any():
        raise TrainingError("an artist or artwork is on both sides of the split; split by group")
    data = _joined(train, test)
    rows = np.arange(len(data))
    part = _Part(rows[: len(train)], rows[len(train) :])
    leaks = check_leaks(data, near_duplicate_similarity=near_duplicate_similarity, seed=seed) if leak_check else None
    return _report(data, [part], baselines, artworks, leaks, near_duplicate_similarity, seed, resamples)


def cross_evaluate(
    data: LabelledVectors,
    *,
    seed: int,
    near_duplicate_similarity: float = _NEAR_DUPLICATE_SIMILARITY,
    baselines: Sequence[Baseline] = (),
    artworks: Sequence[ArtworkQueries] = (),
    photos: Photos | None = None,
    leak_check: bool = True,
    resamples: int = RESAMPLES,
) -> EvaluationReport:
    """Measure every cover that the backbone has not seen, each by a model that was fitted without its group.

    Five times the work of ``evaluate`` and, of the same covers, five times the evidence. Settings, calibration and head
    are chosen anew in every fold, so nothing that is measured was fitted to.

    Args:
        photos: of some of the covers that the backbone has not seen, to be answered next to their scans.

    Raises:
        TrainingError: the backbone has seen every cover, or there is too little to fit to.
    """
    unseen = np.flatnonzero(data.unseen_or_all)
    if not len(unseen):
        raise TrainingError("the backbone was trained on every album with a genre; none is left to measure a model on")
    parts = list(_parts(data, unseen, seed))
    leaks = check_leaks(data, near_duplicate_similarity=near_duplicate_similarity, seed=seed) if leak_check else None
    return _report(data, parts, baselines, artworks, leaks, near_duplicate_similarity, seed, resamples, photos)


def _parts(data: LabelledVectors, tested: NDArray[np.int64], seed: int) -> Iterator[_Part]:
    folds = group_folds(data.targets[tested], data.groups[tested], seed=seed)
    for fold in np.unique(folds):
        held_out = tested[folds == fold]
        yield _Part(np.flatnonzero(~np.isin(data.groups, data.groups[held_out])), held_out)


def _report(
    data: LabelledVectors,
    parts: Sequence[_Part],
    baselines: Sequence[Baseline],
    artworks: Sequence[ArtworkQueries],
    leaks: LeakCheck | None,
    near_duplicate_similarity: float,
    seed: int,
    resamples: int,
    photos: Photos | None = None,
) -> EvaluationReport:
    rows = np.concatenate([part.test for part in parts])
    kinds = kinds_of_covers(data, [(part.train, part.test) for part in parts])
    tested, resampling = data.take(rows), Resampling(resamples, seed)
    if not tested.unseen_or_all.all():
        raise TrainingError("the backbone was trained on covers that are to be tested; test only those it has not seen")
    models = _models(data, parts, near_duplicate_similarity, seed)
    found = {
        **_answers(data, parts, models),
        MAJORITY: np.concatenate([majority_answers(data.take(part.train), data.take(part.test)) for part in parts]),
    }
    vectors = {"bundle": data.vectors}
    for baseline in baselines:
        other = replace(data, vectors=baseline.vectors, unseen=None, genre_dimensions=0, texts=None)
        of_other = _models(other, parts, near_duplicate_similarity, seed) if baseline.fitted else [None] * len(parts)
        answers = _answers(other, parts, of_other)
        found |= {f"{baseline.name}: {method}": probabilities for method, probabilities in answers.items()}
        vectors[baseline.name] = baseline.vectors
    across = sum(
        near_duplicates_across(data.take(part.train), data.take(part.test), near_duplicate_similarity) for part in parts
    )
    return EvaluationReport(
        genres=data.genres,
        trained_covers=round(np.mean([len(part.train) for part in parts])),
        tested_covers=len(rows),
        tested_groups=len(np.unique(tested.groups)),
        seed=seed,
        methods={
            name: measure_method(
                probabilities, tested, resampling, kinds=kinds, are_probabilities=not name.endswith(NEAREST)
            )
            for name, probabilities in found.items()
        },
        genre_retrieval={
            name: measure_genre_retrieval(data, rows, of_covers, resampling) for name, of_covers in vectors.items()
        },
        artwork_retrieval={queries.name: measure_artwork_retrieval(queries) for queries in artworks},
        pictures=() if photos is None else _pictures(data, parts, models, photos),
        leak_check=leaks,
        near_duplicates_across=across,
        warnings=tuple(_warnings(leaks, across, data)),
    )


def _models(
    data: LabelledVectors, parts: Sequence[_Part], near_duplicate_similarity: float, seed: int
) -> list[GenreModel]:
    return [
        fit_genre_model(data.take(part.train), seed=seed, near_duplicate_similarity=near_duplicate_similarity)
        for part in parts
    ]


def _answers(
    data: LabelledVectors, parts: Sequence[_Part], models: Sequence[GenreModel | None]
) -> dict[str, NDArray[np.float64]]:
    found: dict[str, list[NDArray[np.float64]]] = {}
    for part, model in zip(parts, models, strict=True):
        train, test = data.take(part.train), data.take(part.test)
        answers = {NEAREST: nearest_answers(train, test)}
        if model is not None:
            answers |= model_answers(model, train, test)
        for method, probabilities in answers.items():
            found.setdefault(method, []).append(probabilities)
    return {method: np.concatenate(probabilities) for method, probabilities in found.items()}


def _pictures(
    data: LabelledVectors, parts: Sequence[_Part], models: Sequence[GenreModel], photos: Photos
) -> tuple[PictureScores, ...]:
    found: list[tuple[Answered, Answered]] = [
        answer_both(model, data.take(part.train), data, photos, part.test)
        for part, model in zip(parts, models, strict=True)
    ]
    scans, of_photos = zip(*found, strict=True)
    return measure_pictures("scan", scans), measure_pictures("photo", of_photos)


def _warnings(leaks: LeakCheck | None, across: int, data: LabelledVectors) -> Iterator[str]:
    if leaks is not None:
        yield (
            f"split at random instead of by group, the same procedure would score {100 * leaks.random_accuracy:.1f} % "
            f"accuracy, {100 * leaks.difference:+.1f} points: do not compare these numbers with such ones"
        )
    if across:
        yield (
            f"{across} tested covers have a near-duplicate among those trained on; "
            "a column `split_group` in the table keeps such covers on one side"
        )
    for genre, of_genre in zip(data.genres, data.targets.T, strict=True):
        sizes = np.unique(data.groups[of_genre], return_counts=True)[1]
        if 2 * sizes.max(initial=0) > of_genre.sum():
            yield (
                f"{sizes.max()} of {of_genre.sum()} {genre} covers are of one group: "
                "when they are tested, little is left to learn the genre from"
            )


def _joined(train: LabelledVectors, test: LabelledVectors) -> LabelledVectors:
    if (train.genres, train.genre_dimensions) != (test.genres, test.genre_dimensions):
        raise ValueError("train and test are of different genres")

    return LabelledVectors(
        np.concatenate([train.vectors, test.vectors]),
        np.concatenate([train.targets, test.targets]),
        train.genres,
        np.concatenate([train.groups, test.groups]),
        np.concatenate([train.primary_or_first, test.primary_or_first]),
        np.concatenate([train.sources_or_none, test.sources_or_none]),
        np.concatenate([train.unseen_or_all, test.unseen_or_all]),
        train.genre_dimensions,
        None if train.texts is None or test.texts is None else train.texts.joined(test.texts),
        np.concatenate([train.named_or_none, test.named_or_none]),
        None if train.albums is None or test.albums is None else np.concatenate([train.albums, test.albums]),
        train.apart | test.apart,
    )
