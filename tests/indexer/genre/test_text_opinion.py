from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB

from db.records import TextLine
from indexer.genre import count_texts, fit_text
from indexer.genre.counted_texts import text_inputs
from indexer.genre.fit_text import fit_text_opinion
from indexer.genre.layout import DIMENSION, layout
from indexer.genre.text_opinion import TextOpinion
from indexer.genre.wording import terms_of, words_of
from sleeve.errors import BundleError

GENRES = ("jazz", "metal", "ska")


def line(text: str, *, top: float = 0.1, height: float = 0.1, confidence: float = 0.9) -> TextLine:
    bottom = top + height
    return TextLine(text, ((0.1, top), (0.6, top), (0.6, bottom), (0.1, bottom)), confidence)


def sleeves(count: int = 60) -> tuple[list[tuple[TextLine, ...]], np.ndarray, np.ndarray]:
    """Covers of two genres by thirty artists each, with words of their genre, of their artist, and of nobody's."""
    words = {0: ["Quartet", "Trio", "Blue"], 1: ["Death", "Blood", "Grave"]}
    texts: list[tuple[TextLine, ...]] = [
        (line(f"Artist{row // 2} {words[row % 2][row % 3]}"), line(f"Volume {row % 5}"), line(words[row % 2][row % 2]))
        for row in range(count)
    ]
    targets = np.eye(3, dtype=bool)[np.arange(count) % 2]
    return texts, targets, np.arange(count) // 2


@pytest.fixture(scope="module")
def opinion() -> TextOpinion:
    texts, targets, groups = sleeves()
    found = fit_text_opinion(count_texts(texts), targets, GENRES, groups=groups)
    assert found is not None
    return found


def test_half_of_the_weights_is_the_complement_naive_bayes_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, targets, groups = sleeves()
    counted = count_texts(texts)
    both = fit_text_opinion(counted, targets, GENRES, groups=groups)
    monkeypatch.setattr(fit_text, "_naive_bayes", lambda inputs, targets: np.zeros((2, inputs.shape[1]), np.float32))
    regression = fit_text_opinion(counted, targets, GENRES, groups=groups)
    assert both is not None
    assert regression is not None
    inputs = text_inputs(counted.of_terms(both.terms), both.rarity, counted.layouts)[:, : len(both.terms)]
    by_others = ComplementNB(alpha=fit_text.SMOOTHING).fit(inputs, targets.argmax(axis=1)).feature_log_prob_.T
    expected = (by_others - by_others.mean(axis=1, keepdims=True)) / 2
    found = both.weights.astype(float) - regression.weights.astype(float)
    np.testing.assert_allclose(found, expected, atol=0.01)
    np.testing.assert_array_equal(both.layout_weights, regression.layout_weights)


def test_words_are_counted_whole_and_in_runs_without_case_accents_or_width() -> None:
    assert terms_of("Été") == ("=ete=", " e", "et", "te", "e ", " et", "ete", "te ", " ete", "ete ", " ete ")
    assert terms_of("\uff2a\uff21\uff3a\uff3a") == terms_of("jazz")
    found = words_of([line("Rock'n'Roll, 1974"), line("—"), line("東京")])
    assert [(word.read, word.line) for word in found] == [("Rock'n'Roll", 0), ("1974", 0), ("東京", 2)]
    assert len(words_of([line("a " * 5000)])) == 400
    assert len(terms_of("x" * 5000)) == len(terms_of("x" * 40))


def test_a_text_is_the_vector_that_scikit_learn_makes_of_its_terms() -> None:
    texts, _, _ = sleeves(8)
    counted = count_texts(texts)
    by_others = TfidfVectorizer(
        analyzer=lambda lines: [term for word in words_of(lines) for term in word.terms], sublinear_tf=True
    )
    expected = by_others.fit_transform(texts).toarray()
    terms = by_others.get_feature_names_out().tolist()
    rarity = by_others.idf_.astype(np.float32)
    made = text_inputs(counted.of_terms(terms), rarity, counted.layouts).toarray()
    np.testing.assert_allclose(made[:, : len(terms)], expected, atol=1e-6)
    np.testing.assert_array_equal(made[:, len(terms) :], [layout(lines) for lines in texts])


def test_counted_texts_can_be_taken_and_joined() -> None:
    texts, _, _ = sleeves(8)
    whole, parts = count_texts(texts), [count_texts(texts[:3]), count_texts(texts[3:])]
    joined = parts[0].joined(parts[1])
    assert joined.terms == whole.terms
    np.testing.assert_array_equal(joined.counts.toarray(), whole.counts.toarray())
    np.testing.assert_array_equal(whole[np.array([5, 1])].counts.toarray(), whole.counts.toarray()[[5, 1]])
    assert count_texts([(), texts[0]]).speak.tolist() == [False, True]


def test_it_learns_words_and_is_silent_where_it_knows_none(opinion: TextOpinion) -> None:
    assert opinion.genres == ("jazz", "metal")
    said = opinion.probabilities([(line("The Quartet"),), (line("DEATH Grave"),), (), (line("Ω≈ç"),)])
    assert (said[0, 0], said[1, 1]) == (said[0].max(), said[1].max())
    assert said[:2].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert said[:2].max(axis=1).min() > 0.6
    assert not said[2:].any()
    misread = opinion.probabilities([(line("Quarlet"),)])
    assert misread[0, 0] > 0.5


def test_one_text_and_counted_texts_get_the_same_answer(opinion: TextOpinion) -> None:
    texts: list[Sequence[TextLine]] = [*sleeves(20)[0], (), (line("Quartet Quartet of death", height=0.4),)]
    one_by_one, together = opinion.probabilities(texts), opinion.probabilities_of(count_texts(texts))
    np.testing.assert_allclose(one_by_one, together, atol=1e-5)


def test_the_words_that_spoke_add_up_to_the_odds(opinion: TextOpinion) -> None:
    lines = (line("Quartet"), line("Volume 2 of Death Death"))
    heard = opinion.spoken(lines)
    assert (heard["jazz"][0].word, heard["jazz"][0].line) == ("Quartet", 0)
    assert [word.word for word in heard["metal"]][:2] == ["Death", "Death"]
    assert all(word.weight > 0 for words in heard.values() for word in words)
    words = {genre: sum(word.weight for word in heard[genre]) for genre in opinion.genres}
    probabilities = opinion.probabilities([lines])[0]
    scores = layout(lines) @ opinion.layout_weights + opinion.bias
    # Of two genres, what speaks for one speaks as loudly against the other.
    odds = 2 * (words["metal"] - words["jazz"]) + (scores[1] - scores[0])
    assert np.log(probabilities[1] / probabilities[0]) == pytest.approx(odds, abs=1e-4)
    assert opinion.spoken(()) == {"jazz": (), "metal": ()}


def test_words_on_one_cover_and_words_left_out_are_not_learned() -> None:
    texts, targets, groups = sleeves()
    counted = count_texts([(*texts[0], line("Unique")), *texts[1:]])
    found = fit_text_opinion(counted, targets, GENRES, groups=groups)
    few = fit_text_opinion(counted.only(["=quartet=", "=death="]), targets, GENRES, groups=groups)
    assert found is not None
    assert few is not None
    assert "=unique=" in counted.terms
    assert "=unique=" not in found.terms
    assert {"=artist7=", "=quartet=", " arti"} <= set(found.terms)
    assert set(few.terms) == {"=quartet=", "=death="}


def test_too_little_text_gives_no_opinion() -> None:
    texts, targets, groups = sleeves()
    for read in ([()] * 60, [lines if row % 2 else () for row, lines in enumerate(texts)]):
        assert fit_text_opinion(count_texts(read), targets, GENRES, groups=groups) is None


def test_bytes_bring_it_back_and_damage_is_named(opinion: TextOpinion) -> None:
    data = opinion.to_bytes()
    again = TextOpinion.from_bytes(data)
    assert again.to_bytes() == data
    texts = sleeves(6)[0]
    np.testing.assert_array_equal(again.probabilities(texts), opinion.probabilities(texts))
    texts, targets, groups = sleeves()
    refitted = fit_text_opinion(count_texts(texts), targets, GENRES, groups=groups)
    assert refitted is not None
    assert refitted.to_bytes() == data
    middle = len(data) // 2
    for damaged in (b"", data[:-40], data[:middle] + b"\0" * 9 + data[middle + 9 :]):
        with pytest.raises(BundleError, match="the text opinion is damaged"):
            TextOpinion.from_bytes(damaged)
    for change in ({"bias": np.zeros(3, np.float32)}, {"weights": np.full_like(opinion.weights, np.nan)}):
        parts = {name: getattr(opinion, name) for name in ("genres", "terms", "rarity", "weights", "layout_weights")}
        with pytest.raises(BundleError, match="the text opinion is damaged"):
            TextOpinion(**{**parts, "bias": opinion.bias, **change})


def test_layout_is_bounded_and_says_how_the_text_is_set() -> None:
    assert layout(()).tolist() == [0.0] * DIMENSION
    large, small = layout((line("DOOM", height=0.5),)), layout((line("quartet op. 12", height=0.03, top=0.9),))
    assert large.shape == (DIMENSION,)
    for found in (large, small, layout([line("9" * 4000, height=3.0)] * 300)):
        assert found.min() >= 0
        assert found.max() <= 1
    assert large[3] == 1
    assert small[3] == 0
    assert large[9] == pytest.approx(np.sqrt(0.5))
    assert small[17] == pytest.approx(0.915)
