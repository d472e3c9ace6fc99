"""What covers say, against counts by hand."""

from dataclasses import replace

import numpy as np

from indexer.analysis.spoken import LEAST_GROUPS, Disagreement, disagreements, telling_words, text_amounts
from indexer.genre import count_texts
from indexer.genre.fit_text import fit_text_opinion
from tests.indexer.genre.planted import planted, text_line, with_texts


def test_text_is_counted_for_each_genre_the_commonest_first() -> None:
    lines = [(text_line("one two three"), text_line("four")), (), (text_line("five six"),), (text_line("7"),)]
    data = planted(covers=4, genres=2)
    targets = np.array([[True, False], [True, False], [True, True], [True, False]])
    amounts = text_amounts(replace(data, targets=targets, texts=count_texts(lines)))
    assert [(found.genre, found.covers, found.with_text, found.words) for found in amounts] == [
        ("rock", 4, 3, 2.0),
        ("jazz", 1, 1, 2.0),
    ]
    assert text_amounts(data) == ()


def test_the_words_of_a_genre_are_those_planted_and_names_are_left_out() -> None:
    data = with_texts(planted(covers=200, group_size=2))
    assert data.texts is not None
    opinion = fit_text_opinion(data.texts, data.targets, data.genres, groups=data.groups)
    assert opinion is not None
    words = telling_words(data, opinion)
    for genre in data.genres:
        best = next(word for word in words if word.genre == genre)
        assert best.word == f"{genre}music"
        holding = data.texts.of_terms([f"={genre}music="]).toarray()[:, 0] > 0
        assert best.covers == holding.sum()
        [alone] = opinion.spoken([text_line(best.word)])[genre]
        assert best.weight == alone.weight
    assert not [word for word in words if word.word.startswith("artist")], "each is of one group"
    assert LEAST_GROUPS > 1


def test_text_and_picture_disagree_where_their_likeliest_genres_differ() -> None:
    data = replace(planted(covers=5, genres=2), targets=np.array([[1, 0], [0, 1], [1, 0], [1, 0], [1, 0]], dtype=bool))
    pictures = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0, 0]])
    texts = np.array([[0.8, 0.2], [0.1, 0.9], [0.4, 0.6], [0.0, 0.0], [0.1, 0.9]])
    found = disagreements(data, np.arange(5), pictures, texts, count=1)
    assert (found.heard, found.differ, found.picture_right, found.text_right) == (3, 2, 1, 1)
    assert found.worst == (Disagreement(1, "rock", 0.8, "jazz", 0.9),)
