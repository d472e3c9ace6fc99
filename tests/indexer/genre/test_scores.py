import numpy as np
import pytest

from indexer.genre.classifier import GenreClassifier
from indexer.genre.head import LinearHead
from indexer.genre.prediction import Calibration, predict
from indexer.genre.scores import score_genres
from indexer.genre.voting import VoteSettings

HEAD = LinearHead(("rock", "jazz"), np.array([[1, 0], [0, 1]], dtype=np.float32), np.zeros(2, dtype=np.float32))
CALIBRATION = Calibration(vote=VoteSettings(k=2, temperature=0.1, prior_exponent=0.0), unsure_below=0.3)
CLASSIFIER, HEADLESS = GenreClassifier(HEAD, CALIBRATION), GenreClassifier(None, CALIBRATION)
VECTOR = np.array([1, 0], dtype=np.float32)


def test_each_genre_shows_probability_vote_and_head() -> None:
    found = score_genres(VECTOR, [0.5, 0.5, 0.4], [["jazz"], ["rock"], ["rock"]], {"jazz": 5, "rock": 5}, CLASSIFIER)
    rock = np.e / (np.e + 1)
    expected = predict(np.array([1 - rock, rock]), np.array([0.5, 0.5]), CALIBRATION)
    assert [(opinion.genre, opinion.vote) for opinion in found.genres] == [("rock", 0.5), ("jazz", 0.5)]
    assert [opinion.head for opinion in found.genres] == pytest.approx([rock, 1 - rock])
    assert [opinion.probability for opinion in found.genres] == pytest.approx([expected[1], expected[0]])
    assert not found.unsure


def test_a_genre_that_only_one_knows_is_none_for_the_other() -> None:
    found = score_genres(VECTOR, [0.5], [["polka"]], {"polka": 1, "jazz": 4, "ska": 0}, CLASSIFIER)
    by_name = {opinion.genre: opinion for opinion in found.genres}
    assert set(by_name) == {"jazz", "polka", "rock"}
    assert (by_name["polka"].head, by_name["polka"].vote) == (None, 1.0)
    assert by_name["rock"].vote is None
    assert by_name["jazz"].vote == 0.0
    assert sum(opinion.probability for opinion in found.genres) == pytest.approx(1)


def test_an_empty_catalogue_has_the_heads_opinion() -> None:
    found = score_genres(VECTOR, [], [], {}, CLASSIFIER)
    assert [opinion.genre for opinion in found.genres] == ["rock", "jazz"]
    assert [opinion.vote for opinion in found.genres] == [None, None]
    assert found.genres[0].probability == pytest.approx(np.e / (np.e + 1))


def test_without_a_head_the_vote_decides_alone() -> None:
    found = score_genres(VECTOR, [0.5], [["jazz"]], {"jazz": 1, "rock": 1}, HEADLESS)
    assert (found.genres[0].genre, found.genres[0].vote, found.genres[0].head) == ("jazz", 1.0, None)


def test_nobody_who_speaks_is_unsure() -> None:
    nothing = score_genres(VECTOR, [], [], {}, HEADLESS)
    assert (nothing.genres, nothing.unsure) == ((), True)
    silent = score_genres(VECTOR, [], [], {"jazz": 1}, HEADLESS)
    assert silent.unsure
    assert [(opinion.probability, opinion.vote) for opinion in silent.genres] == [(0.0, None)]


def test_the_order_of_neighbours_decides_nothing() -> None:
    genres = [["jazz"], ["rock"], ["rock", "jazz"]]
    once = score_genres(VECTOR, [0.6, 0.5, 0.5], genres, {"jazz": 9, "rock": 3}, CLASSIFIER)
    turned = score_genres(VECTOR, [0.5, 0.5, 0.6], genres[::-1], {"rock": 3, "jazz": 9}, CLASSIFIER)
    assert [opinion.genre for opinion in once.genres] == [opinion.genre for opinion in turned.genres]
    assert [opinion.probability for opinion in once.genres] == pytest.approx(
        [opinion.probability for opinion in turned.genres]
    )


def test_a_photo_is_believed_less_than_a_scan_of_the_same() -> None:
    calibration = CALIBRATION.model_copy(update={"photo_exponent": 0.5, "unsure_below": 0.65})
    classifier = GenreClassifier(HEAD, calibration)
    said = [VECTOR, [0.5, 0.5], [["jazz"], ["rock"]], {"jazz": 5, "rock": 5}, classifier]
    scan, photo = score_genres(*said), score_genres(*said, is_photo=True)  # type: ignore[arg-type]
    assert [one.genre for one in photo.genres] == [one.genre for one in scan.genres]
    odds = scan.genres[0].probability / scan.genres[1].probability
    assert photo.genres[0].probability / photo.genres[1].probability == pytest.approx(odds**0.5)
    assert (scan.unsure, photo.unsure) == (False, True)
