"""The score of every genre for one cover: the prediction, with the vote and the head that it was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre.head import LinearHead
from indexer.genre.membership import membership
from indexer.genre.prediction import Calibration, is_unsure, predict
from indexer.genre.voting import vote


@dataclass(frozen=True, slots=True)
class GenreScore:
    """One genre's probability, and what it came from: the vote and the head, None if it did not know the genre."""

    genre: str
    probability: float
    vote: float | None
    head: float | None


@dataclass(frozen=True, slots=True)
class GenreScores:
    """By falling probability, equals by name; ``unsure`` when nothing is likely or nobody has spoken."""

    genres: tuple[GenreScore, ...]
    unsure: bool


def score_genres(
    vector: NDArray[np.floating],
    similarities: Sequence[float],
    genres_of_neighbours: Sequence[Sequence[str]],
    albums_per_genre: Mapping[str, int],
    head: LinearHead | None,
    calibration: Calibration,
) -> GenreScores:
    """Classify one cover.

    Args:
        vector: (d,) L2-normalised.
        similarities: of the neighbours, an album each, the query's own album not among them. Ask for more than
            ``calibration.vote.k``: near-duplicates and albums without a genre do not vote.
        genres_of_neighbours: of the same albums in the same order.
        albums_per_genre: of the whole catalogue; decides the prior and what the vote can name.

    Raises:
        BundleError: the head takes vectors of another length.
    """
    voted = {genre for names in genres_of_neighbours for genre in names}
    voted |= {genre for genre, count in albums_per_genre.items() if count > 0}
    genres = sorted(voted | set(head.genres if head else ()))
    if not genres:
        return GenreScores((), unsure=True)
    vote_knows = np.array([genre in voted for genre in genres])
    head_knows = np.array([head is not None and genre in head.genres for genre in genres])
    votes = vote(
        np.asarray(similarities, dtype=np.float64),
        membership(genres_of_neighbours, genres),
        np.array([albums_per_genre.get(genre, 0) for genre in genres], dtype=np.float64),
        calibration.vote,
    )
    heads = np.zeros(len(genres))
    if head is not None:
        heads[[genres.index(genre) for genre in head.genres]] = head.probabilities(vector)
    probabilities = predict(heads, votes, calibration, head_knows=head_knows, vote_knows=vote_knows)
    found = [
        GenreScore(
            genre,
            float(probabilities[column]),
            float(votes[column]) if vote_knows[column] and votes.any() else None,
            float(heads[column]) if head_knows[column] else None,
        )
        for column, genre in enumerate(genres)
    ]
    ordered = sorted(found, key=lambda score: (-score.probability, score.genre))
    return GenreScores(tuple(ordered), is_unsure(probabilities, calibration))
