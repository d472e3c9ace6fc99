"""The score of every genre for one cover: the prediction, with the vote, the head and the text that it was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine
from indexer.genre.classifier import GenreClassifier
from indexer.genre.membership import membership
from indexer.genre.prediction import is_unsure, predict
from indexer.genre.text_opinion import SpokenWord
from indexer.genre.voting import vote

FOUND_PROBABILITY = 0.99
"""That an album which was found in a picture by its pixels is the right one, so that its genres are the picture's."""


@dataclass(frozen=True, slots=True)
class GenreScore:
    """One genre's probability, and what it came from: vote, head and text opinion, None if it did not know the genre.

    Attributes:
        words: those that spoke for the genre, the loudest first.
    """

    genre: str
    probability: float
    vote: float | None
    head: float | None
    text: float | None = None
    words: tuple[SpokenWord, ...] = ()


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
    classifier: GenreClassifier,
    lines: Sequence[TextLine] = (),
    *,
    is_photo: bool = False,
) -> GenreScores:
    """Classify one cover.

    Args:
        vector: (d,) L2-normalised.
        similarities: of the voters, an album each: neither the query's own album nor its near-duplicates.
        genres_of_neighbours: of the same albums in the same order.
        albums_per_genre: of the whole catalogue; decides the prior and what the vote can name.
        lines: the text read on the cover.
        is_photo: the vector and the lines are of a sleeve in a photo.

    Raises:
        BundleError: the head takes vectors of another length.
    """
    head, text, calibration = classifier.head, classifier.text, classifier.calibration
    voted = {genre for names in genres_of_neighbours for genre in names}
    voted |= {genre for genre, count in albums_per_genre.items() if count > 0}
    genres = sorted(voted | set(head.genres if head else ()) | set(text.genres if text else ()))
    if not genres:
        return GenreScores((), unsure=True)
    vote_knows, head_knows, text_knows = (
        np.isin(genres, sorted(known)) for known in (voted, head.genres if head else (), text.genres if text else ())
    )
    votes = vote(
        np.asarray(similarities, dtype=np.float64),
        membership(genres_of_neighbours, genres),
        np.array([albums_per_genre.get(genre, 0) for genre in genres], dtype=np.float64),
        calibration.vote,
    )
    heads, texts = np.zeros(len(genres)), np.zeros(len(genres))
    if head is not None:
        heads[[genres.index(genre) for genre in head.genres]] = head.probabilities(vector)
    if text is not None:
        texts[[genres.index(genre) for genre in text.genres]] = text.probabilities([lines])[0]
    probabilities = predict(
        heads,
        votes,
        calibration,
        text=texts,
        head_knows=head_knows,
        vote_knows=vote_knows,
        text_knows=text_knows,
        offsets=calibration.offsets_of(genres),
        is_photo=is_photo,
    )
    spoken = text.spoken(lines) if text is not None else {}
    found = [
        GenreScore(
            genre,
            float(probabilities[column]),
            float(votes[column]) if vote_knows[column] and votes.any() else None,
            float(heads[column]) if head_knows[column] else None,
            float(texts[column]) if text_knows[column] and texts.any() else None,
            spoken.get(genre, ()),
        )
        for column, genre in enumerate(genres)
    ]
    ordered = sorted(found, key=lambda score: (-score.probability, score.genre))
    return GenreScores(tuple(ordered), is_unsure(probabilities, calibration))


def of_found_album(scores: Sequence[GenreScore], genres: Sequence[str]) -> tuple[GenreScore, ...]:
    """The scores of a picture in which an album was found: ``FOUND_PROBABILITY`` is the album's own genres', in equal
    parts, and the rest the others', as they were to each other. As they are if the album has no genre.
    """
    if not genres:
        return tuple(scores)
    known = {score.genre for score in scores}
    added = [GenreScore(genre, 0.0, None, None) for genre in dict.fromkeys(genres) if genre not in known]
    others = sum(score.probability for score in scores if score.genre not in genres)
    own = (FOUND_PROBABILITY if others else 1.0) / len(set(genres))
    share = (1 - FOUND_PROBABILITY) / others if others else 0.0
    found = [
        replace(score, probability=own if score.genre in genres else share * score.probability)
        for score in (*scores, *added)
    ]
    return tuple(sorted(found, key=lambda score: (-score.probability, score.genre)))
