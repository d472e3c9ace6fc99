"""The report of an evaluation; plain numbers, so that it is kept as JSON."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Frozen):
    """95 %, by bootstrap over groups."""

    low: float
    high: float


class GenreScores(_Frozen):
    """One genre; ``support`` counts the covers that count for it."""

    genre: str
    precision: float
    recall: float
    f1: float
    support: int


class SourceScores(_Frozen):
    """The covers of one source."""

    source: str
    covers: int
    accuracy: float
    macro_f1: float


class KindScores(_Frozen):
    """The covers of one kind, see ``indexer.evaluation.kinds``."""

    kind: str
    covers: int
    accuracy: float
    macro_f1: float


class ReliabilityBin(_Frozen):
    """Covers whose answer had about this probability, and how often it was right."""

    confidence: float
    accuracy: float
    covers: int


class MethodReport(_Frozen):
    """One way of naming genres, measured on the tested covers.

    Attributes:
        accuracy: share of covers whose answer is among their album's genres.
        primary_accuracy: share whose answer is the primary genre.
        top_3: share with one of the three likeliest among their album's genres.
        answered: share with any answer.
        confusion: row the genre that a cover counts for, column the answer, the last column no answer.
        nll, brier, calibration_error, reliability: None and empty for a method that gives no probabilities.
    """

    accuracy: float
    accuracy_interval: Interval
    primary_accuracy: float
    top_3: float
    top_3_interval: Interval
    macro_precision: float
    macro_recall: float
    macro_f1: float
    macro_f1_interval: Interval
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    answered: float
    nll: float | None
    brier: float | None
    calibration_error: float | None
    calibration_error_interval: Interval | None
    per_genre: tuple[GenreScores, ...]
    per_source: tuple[SourceScores, ...]
    per_kind: tuple[KindScores, ...] = ()
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[ReliabilityBin, ...]


class GenreRetrieval(_Frozen):
    """Share of the ten nearest covers, the query's own group left out, that have a genre of the query's."""

    precision_at_10: float
    interval: Interval
    per_genre: dict[str, float]


class ArtworkRetrieval(_Frozen):
    """How often another view of a cover finds it."""

    queries: int
    recall_at_1: float
    recall_at_5: float


class PictureScores(_Frozen):
    """The predictions for one kind of picture of the same covers: "scan" or "photo".

    Attributes:
        unsure: share of the predictions that are no answer.
        accuracy_if_sure, accuracy_if_unsure: how often the others' and their likeliest genre is right.
    """

    picture: str
    covers: int
    accuracy: float
    top_3: float
    calibration_error: float
    unsure: float
    accuracy_if_sure: float
    accuracy_if_unsure: float


class LeakCheck(_Frozen):
    """The same procedure with groups kept together, and with covers split at random."""

    group_accuracy: float
    random_accuracy: float
    difference: float


class EvaluationReport(_Frozen):
    """All of it.

    Attributes:
        methods: by name: "prediction", "head", "vote", "majority", and the baselines; if there are
            texts, "text" and "vote and head", which is the prediction without them.
        genre_retrieval: by name of the vectors.
        artwork_retrieval: by kind of view.
        pictures: scans and photos of the same covers; empty if none were photographed.
        near_duplicates_across: tested covers that have a near-duplicate, by similarity, among those trained on.
        warnings: what a reader must know before quoting a number.
    """

    format: Literal["sleeve-evaluation-1"] = "sleeve-evaluation-1"
    genres: tuple[str, ...]
    trained_covers: int
    tested_covers: int
    tested_groups: int
    seed: int
    methods: dict[str, MethodReport]
    genre_retrieval: dict[str, GenreRetrieval]
    artwork_retrieval: dict[str, ArtworkRetrieval]
    pictures: tuple[PictureScores, ...] = ()
    leak_check: LeakCheck | None
    near_duplicates_across: int
    warnings: tuple[str, ...]
