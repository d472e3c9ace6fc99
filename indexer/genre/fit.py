"""Everything about genres that is learned from labelled vectors, chosen and measured on covers held out by group."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.genre.calibrating import fit_calibration, with_offsets, with_texts
from indexer.genre.choosing import choose_head, choose_vote, texts_out_of_fold
from indexer.genre.fit_text import fit_text_opinion
from indexer.genre.folds import group_folds
from indexer.genre.head import LinearHead, fit_head, learnable_genres
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.prediction import Calibration, predict
from indexer.genre.scoring import accuracy, answers, confusion, macro_f1, negative_log_likelihood
from indexer.genre.text_opinion import TextOpinion
from indexer.genre.voting import VoteSettings
from sleeve.errors import TrainingError


@dataclass(frozen=True, slots=True, eq=False)
class OutOfFold:
    """What each would have said about covers it had not seen.

    Attributes:
        rows: (m,) rows of the covers that were fitted to: those unseen by the backbone.
        head, vote, picture, text, prediction: (m, g), on the axis of all genres; zeros of a text that says nothing.
            ``picture`` is what head and vote say together.
    """

    rows: NDArray[np.int64]
    head: NDArray[np.float64]
    vote: NDArray[np.float64]
    picture: NDArray[np.float64]
    text: NDArray[np.float64]
    prediction: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GenreModel:
    """A head, a text opinion and the calibration of both.

    Attributes:
        text: None if too few of the covers have been read.
        genres: the axis of the targets that it was fitted to; the head may know fewer.
        left_out: genres with too few albums for the head; the vote names them all the same.
        C: the head's regularisation.
        metrics: accuracy, macro F1 and negative log-likelihood of head, vote, text (if there is one) and
            prediction, out of fold.
    """

    head: LinearHead
    text: TextOpinion | None
    calibration: Calibration
    genres: tuple[str, ...]
    left_out: tuple[str, ...]
    C: float
    metrics: Mapping[str, float]
    out_of_fold: OutOfFold


def fit_genre_model(
    covers: LabelledVectors,
    *,
    seed: int,
    near_duplicate_similarity: float = VoteSettings().near_duplicate_similarity,
) -> GenreModel:
    """Fit head, vote, text opinion and calibration.

    Covers of one group (artist, artwork) stay on one side of every split and do not vote on each other. Only covers
    that the backbone was not trained on are tested: on the others a fine-tuned backbone's vectors flatter everything
    that is fitted to them.

    Raises:
        TrainingError: too few genres, albums or groups to learn from or to measure on.
    """
    vectors, targets, genres, groups = covers.vectors, covers.targets, covers.genres, covers.groups
    tested = np.flatnonzero(covers.unseen_or_all)
    learnable = learnable_genres(targets, genres, groups)
    if not len(tested):
        raise TrainingError("the backbone was trained on every album with a genre; none is left to measure a model on")
    folds = group_folds(targets[tested], groups[tested], seed=seed)
    strength, heads = choose_head(vectors, targets, genres, groups, tested, folds)
    fitted = fit_head(vectors, targets, genres, groups=groups, C=strength)
    settings, votes = choose_vote(
        vectors,
        targets,
        groups,
        tested,
        near_duplicate_similarity,
        covers.genre_dimensions,
        covers.take(tested).apart_from(covers),
    )
    calibration = fit_calibration(heads[:, learnable], votes[:, learnable], targets[tested][:, learnable], settings)
    opinions = {"head": heads, "vote": votes}
    text = None
    if covers.texts is not None:
        text = fit_text_opinion(covers.texts, targets, genres, groups=groups)
    pictures = predict(heads, votes, calibration, head_knows=learnable)
    texts, text_knows = np.zeros_like(heads), np.isin(genres, text.genres if text else ())
    if text is not None and covers.texts is not None:
        texts = opinions["text"] = texts_out_of_fold(covers.texts, targets, genres, groups, tested, folds)
        calibration = with_texts(calibration, pictures, texts, targets[tested], text_knows)
    fuse = partial(predict, heads, votes, text=texts, head_knows=learnable, text_knows=text_knows)
    calibration = with_offsets(calibration, fuse(calibration), targets[tested], genres)
    opinions["prediction"] = fuse(calibration, offsets=calibration.offsets_of(genres))
    return GenreModel(
        head=fitted.head,
        text=text,
        calibration=calibration,
        genres=genres,
        left_out=fitted.left_out,
        C=strength,
        metrics=opinion_metrics(opinions, targets[tested]),
        out_of_fold=OutOfFold(tested, heads, votes, pictures, texts, opinions["prediction"]),
    )


def opinion_metrics(opinions: Mapping[str, NDArray[np.float64]], targets: NDArray[np.bool_]) -> dict[str, float]:
    """The accuracy, macro F1 and negative log-likelihood of each opinion (m, g), by its name."""
    metrics = {}
    for name, probabilities in opinions.items():
        table = confusion(answers(probabilities), targets)
        metrics[f"{name}_accuracy"] = accuracy(table)
        metrics[f"{name}_macro_f1"] = macro_f1(table)
        metrics[f"{name}_nll"] = negative_log_likelihood(probabilities, targets)
    return metrics
