"""From answers, and from neighbours, to the records of the report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.bootstrap import interval
from indexer.evaluation.metrics import Reliability, brier, in_top, mean, reliability
from indexer.evaluation.report import (
    ArtworkRetrieval,
    GenreRetrieval,
    GenreScores,
    Interval,
    KindScores,
    MethodReport,
    ReliabilityBin,
    SourceScores,
)
from indexer.evaluation.retrieval import ArtworkQueries, artwork_ranks, genre_precision
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.neighbours import nearest
from indexer.genre.scoring import (
    NO_ANSWER,
    PrecisionRecall,
    accuracy,
    answers,
    confusion,
    macro_f1,
    negative_log_likelihood,
    precision_recall,
)

NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Resampling:
    """How the intervals are drawn."""

    resamples: int
    seed: int

    def interval(self, measure: Callable[[NDArray[np.float64]], float], groups: NDArray[np.integer]) -> Interval:
        """The interval of a measure of row weights."""
        low, high = interval(measure, groups, resamples=self.resamples, seed=self.seed)
        return Interval(low=low, high=high)


def measure_method(
    probabilities: NDArray[np.float64],
    tested: LabelledVectors,
    resampling: Resampling,
    *,
    kinds: Mapping[str, NDArray[np.bool_]],
    are_probabilities: bool = True,
) -> MethodReport:
    """All measures of one method's (m, g) answers for the tested covers.

    Args:
        kinds: which of the covers, (m,), are of each kind.
    """
    answered, targets, groups = answers(probabilities), tested.targets, tested.groups
    primary = tested.primary_or_first
    top = in_top(probabilities, targets)

    def table(weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        return confusion(answered, targets, primary, weights)

    def calibration(weights: NDArray[np.float64] | None = None) -> Reliability:
        return reliability(probabilities, targets, weights)

    scores = precision_recall(table())
    return MethodReport(
        accuracy=accuracy(table()),
        accuracy_interval=resampling.interval(lambda weights: accuracy(table(weights)), groups),
        primary_accuracy=mean(answered == primary),
        top_3=mean(top),
        top_3_interval=resampling.interval(lambda weights: mean(top, weights), groups),
        macro_precision=scores.macro(scores.precision),
        macro_recall=scores.macro(scores.recall),
        macro_f1=scores.macro(scores.f1),
        macro_f1_interval=resampling.interval(lambda weights: macro_f1(table(weights)), groups),
        weighted_precision=scores.weighted(scores.precision),
        weighted_recall=scores.weighted(scores.recall),
        weighted_f1=scores.weighted(scores.f1),
        answered=mean(answered != NO_ANSWER),
        nll=negative_log_likelihood(probabilities, targets) if are_probabilities else None,
        brier=brier(probabilities, targets) if are_probabilities else None,
        calibration_error=calibration().expected_error if are_probabilities else None,
        calibration_error_interval=resampling.interval(lambda weights: calibration(weights).expected_error, groups)
        if are_probabilities
        else None,
        per_genre=_per_genre(scores, tested.genres),
        per_source=_per_source(answered, primary, tested),
        per_kind=_per_kind(answered, primary, tested, kinds),
        confusion=tuple(tuple(int(cell) for cell in row) for row in table()),
        reliability=_bins(calibration()) if are_probabilities else (),
    )


def measure_genre_retrieval(
    data: LabelledVectors, rows: NDArray[np.integer], vectors: NDArray[np.float32], resampling: Resampling
) -> GenreRetrieval:
    """Precision of the neighbours that the covers ``rows`` have among all others, by these (n, d) vectors."""
    hits = nearest(vectors[rows], vectors, NEIGHBOURS, query_groups=data.groups[rows], gallery_groups=data.groups)
    targets = data.targets[rows]
    precision = genre_precision(hits, targets, data.targets, NEIGHBOURS)
    return GenreRetrieval(
        precision_at_10=mean(precision),
        interval=resampling.interval(lambda weights: mean(precision, weights), data.groups[rows]),
        per_genre={
            genre: mean(precision[of_genre])
            for genre, of_genre in zip(data.genres, targets.T, strict=True)
            if of_genre.any()
        },
    )


def measure_artwork_retrieval(queries: ArtworkQueries) -> ArtworkRetrieval:
    """How often the views find their covers."""
    ranks = artwork_ranks(queries.vectors, queries.artworks, queries.gallery, queries.gallery_artworks)
    return ArtworkRetrieval(queries=len(ranks), recall_at_1=mean(ranks <= 1), recall_at_5=mean(ranks <= 5))


def _per_genre(scores: PrecisionRecall, genres: tuple[str, ...]) -> tuple[GenreScores, ...]:
    return tuple(
        GenreScores(
            genre=genre,
            precision=float(scores.precision[column]),
            recall=float(scores.recall[column]),
            f1=float(scores.f1[column]),
            support=int(scores.support[column]),
        )
        for column, genre in enumerate(genres)
    )


def _per_source(
    answered: NDArray[np.integer], primary: NDArray[np.integer], tested: LabelledVectors
) -> tuple[SourceScores, ...]:
    found = []
    for source in np.unique(tested.sources_or_none):
        rows = tested.sources_or_none == source
        table = confusion(answered[rows], tested.targets[rows], primary[rows])
        found.append(
            SourceScores(source=str(source), covers=int(rows.sum()), accuracy=accuracy(table), macro_f1=macro_f1(table))
        )
    return tuple(found)


def _per_kind(
    answered: NDArray[np.integer],
    primary: NDArray[np.integer],
    tested: LabelledVectors,
    kinds: Mapping[str, NDArray[np.bool_]],
) -> tuple[KindScores, ...]:
    found = []
    for kind, rows in kinds.items():
        table = confusion(answered[rows], tested.targets[rows], primary[rows])
        found.append(KindScores(kind=kind, covers=int(rows.sum()), accuracy=accuracy(table), macro_f1=macro_f1(table)))
    return tuple(found)


def _bins(found: Reliability) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(confidence=float(confidence), accuracy=float(share), covers=int(weight))
        for confidence, share, weight in zip(found.confidence, found.accuracy, found.weight, strict=True)
        if weight
    )
