"""The ways of naming genres that are compared: each is fitted to some covers and answers for others."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.genre.fit import GenreModel, fit_genre_model
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.membership import genre_prior, genre_shares
from indexer.genre.neighbours import nearest
from indexer.genre.prediction import predict
from indexer.genre.voting import vote_many
from indexer.genre.weighing import voting_queries

PREDICTION = "prediction"
WITHOUT_TEXT = "vote and head"
"""The prediction, and what it is without texts."""


def fitted_answers(
    train: LabelledVectors, test: LabelledVectors, *, near_duplicate_similarity: float, seed: int
) -> dict[str, NDArray[np.float64]]:
    """``model_answers`` of a model that is chosen and fitted on ``train`` alone.

    Raises:
        TrainingError: there is too little to fit to.
    """
    model = fit_genre_model(train, seed=seed, near_duplicate_similarity=near_duplicate_similarity)
    return model_answers(model, train, test)


def model_answers(
    model: GenreModel, train: LabelledVectors, test: LabelledVectors, *, are_photos: bool = False
) -> dict[str, NDArray[np.float64]]:
    """What "vote", "head", "text" and "prediction" say about each tested cover, (m, g).

    With texts, "vote and head" is what the same model says about the covers as if nobody had read them. Without, there
    is no "text" either.

    Args:
        train: what the model was fitted to.
        are_photos: the vectors and texts are of photos.
    """
    heads, votes = _heads(model, test), _votes(model, train, test)
    fuse = partial(
        predict,
        heads,
        votes,
        model.calibration,
        head_knows=np.isin(train.genres, model.head.genres),
        vote_knows=np.asarray(train.targets.any(axis=0)),
        offsets=model.calibration.offsets_of(train.genres),
        is_photo=are_photos,
    )
    if test.texts is None:
        return {PREDICTION: fuse(), "head": heads, "vote": votes}
    texts = _texts(model, test)
    text_knows = np.isin(train.genres, model.text.genres if model.text else ())
    return {
        PREDICTION: fuse(text=texts, text_knows=text_knows),
        WITHOUT_TEXT: fuse(),
        "head": heads,
        "vote": votes,
        "text": texts,
    }


def nearest_answers(train: LabelledVectors, test: LabelledVectors) -> NDArray[np.float64]:
    """1-NN: the genres of the nearest cover, near-duplicate or not, shared out; (m, g)."""
    return genre_shares(train.targets[nearest(test.vectors, train.vectors, 1).rows[:, 0]])


def majority_answers(train: LabelledVectors, test: LabelledVectors) -> NDArray[np.float64]:
    """Each genre's share of the covers trained on, for every tested cover; (m, g)."""
    return np.tile(genre_prior(train.targets), (len(test), 1))


def _heads(model: GenreModel, test: LabelledVectors) -> NDArray[np.float64]:
    heads = np.zeros(test.targets.shape)
    heads[:, [test.genres.index(genre) for genre in model.head.genres]] = model.head.probabilities(test.vectors)
    return heads


def _texts(model: GenreModel, test: LabelledVectors) -> NDArray[np.float64]:
    texts = np.zeros(test.targets.shape)
    if model.text is not None and test.texts is not None:
        columns = [test.genres.index(genre) for genre in model.text.genres]
        texts[:, columns] = model.text.probabilities_of(test.texts)
    return texts


def _votes(model: GenreModel, train: LabelledVectors, test: LabelledVectors) -> NDArray[np.float64]:
    settings = model.calibration.vote
    queries = voting_queries(test.vectors, test.genre_dimensions, settings.genre_weight)
    hits = nearest(
        queries,
        train.vectors,
        settings.k,
        below=settings.near_duplicate_similarity,
        apart=test.apart_from(train),
    )
    return vote_many(hits.similarities, hits.rows, train.targets, genre_prior(train.targets), settings)
