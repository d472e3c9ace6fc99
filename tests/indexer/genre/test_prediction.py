import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.genre.calibrating import fit_calibration, with_offsets, with_texts
from indexer.genre.prediction import Calibration, is_unsure, predict
from indexer.genre.scoring import negative_log_likelihood
from indexer.genre.voting import VoteSettings
from sleeve.errors import BundleError

Probabilities = NDArray[np.float64]

PLAIN = Calibration(head_exponent=1.0, vote_exponent=1.0, vote_floor=1e-9)
HEAD, VOTE = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.5, 0.3])


def test_with_exponents_of_one_it_is_the_product() -> None:
    product = HEAD * VOTE
    assert predict(HEAD, VOTE, PLAIN).tolist() == pytest.approx((product / product.sum()).tolist())


def test_exponents_and_floor_are_those_of_the_formula() -> None:
    calibration = Calibration(head_exponent=0.7, vote_exponent=0.4, vote_floor=0.3)
    scores = HEAD**0.7 * (0.7 * np.array([0, 1, 0]) + 0.3 / 3) ** 0.4
    found = predict(HEAD, np.array([0.0, 1, 0]), calibration)
    assert found.tolist() == pytest.approx((scores / scores.sum()).tolist())


def test_alone_each_has_its_own_temperature() -> None:
    calibration = Calibration(head_alone_exponent=2.0, vote_alone_exponent=0.5, vote_floor=0.1)
    squared = HEAD**2 / (HEAD**2).sum()
    assert predict(HEAD, None, calibration).tolist() == pytest.approx(squared.tolist())
    assert predict(HEAD, np.zeros(3), calibration).tolist() == pytest.approx(squared.tolist())
    roots = (0.9 * VOTE + 0.1 / 3) ** 0.5
    assert predict(None, VOTE, calibration).tolist() == pytest.approx((roots / roots.sum()).tolist())
    assert predict(None, np.zeros(3), calibration).tolist() == [0, 0, 0]


def test_the_floor_is_spread_over_the_genres_that_the_vote_knows() -> None:
    calibration = Calibration(vote_alone_exponent=2.0, vote_floor=0.4)
    found = predict(None, np.array([0.9, 0.1, 0.0]), calibration, vote_knows=np.array([True, True, False]))
    first, second = (0.6 * 0.9 + 0.2) ** 2, (0.6 * 0.1 + 0.2) ** 2
    assert found.tolist() == pytest.approx([first / (first + second), second / (first + second), 0])


def test_rows_are_predicted_each_on_its_own() -> None:
    calibration = Calibration(head_alone_exponent=2.0)
    found = predict(np.array([HEAD, HEAD, np.zeros(3)]), np.array([VOTE, np.zeros(3), VOTE]), calibration)
    assert found[0].tolist() == predict(HEAD, VOTE, calibration).tolist()
    assert found[1].tolist() == predict(HEAD, None, calibration).tolist()
    assert found[2].tolist() == predict(None, VOTE, calibration).tolist()


def test_a_genre_that_the_head_never_learnt_keeps_the_chance_that_the_vote_gives_it() -> None:
    head, vote = np.array([0.6, 0.4, 0.0]), np.array([0.1, 0.1, 0.8])
    found = predict(head, vote, PLAIN, head_knows=np.array([True, True, False]))
    assert found.tolist() == pytest.approx([0.2 * 0.6, 0.2 * 0.4, 0.8])


def test_a_catalogue_of_one_genre_leaves_the_head_its_opinion() -> None:
    found = predict(HEAD, np.array([0, 1.0, 0]), PLAIN, vote_knows=np.array([False, True, False]))
    assert found.tolist() == pytest.approx(HEAD.tolist())


def test_genres_known_to_one_each_are_weighed_by_the_odds_of_each() -> None:
    head, vote = np.array([0.5, 0.5, 0.0]), np.array([0.75, 0.0, 0.25])
    found = predict(
        head, vote, PLAIN, head_knows=np.array([True, True, False]), vote_knows=np.array([True, False, True])
    )
    assert found[1] / found[0] == pytest.approx(1)
    assert found[2] / found[0] == pytest.approx(1 / 3)
    assert found.sum() == pytest.approx(1)


def test_when_no_genre_is_known_to_both_each_has_half() -> None:
    head, vote = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    found = predict(head, vote, PLAIN, head_knows=np.array([True, False]), vote_knows=np.array([False, True]))
    assert found.tolist() == pytest.approx([0.5, 0.5])


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_whatever_is_known_to_whom_it_sums_to_one_and_follows_a_permutation(
    columns: list[tuple[bool, bool, float, float]],
) -> None:
    head_knows, vote_knows = np.array([c[0] for c in columns]), np.array([c[1] for c in columns])
    head, vote = np.array([c[2] for c in columns]) * head_knows, np.array([c[3] for c in columns]) * vote_knows
    head, vote = (part / part.sum() if part.sum() > 1e-3 else 0 * part for part in (head, vote))
    found = predict(head, vote, Calibration(), head_knows=head_knows, vote_knows=vote_knows)
    assert found.sum() == pytest.approx(1 if head.any() or vote.any() else 0)
    assert (found >= 0).all()
    assert not found[~head_knows & ~vote_knows].any()
    turned = predict(head[::-1], vote[::-1], Calibration(), head_knows=head_knows[::-1], vote_knows=vote_knows[::-1])
    np.testing.assert_allclose(turned[::-1], found, atol=1e-12)


def test_unsure_when_nothing_is_likely() -> None:
    calibration = Calibration(unsure_below=0.4)
    assert is_unsure(np.array([0.39, 0.31, 0.3]), calibration)
    assert not is_unsure(np.array([0.4, 0.3, 0.3]), calibration)
    assert is_unsure(np.zeros(3), Calibration(unsure_below=0.0))
    assert is_unsure(np.zeros(0), calibration)


def test_bytes_bring_the_calibration_back_and_damage_is_named() -> None:
    calibration = Calibration(
        vote=VoteSettings(k=7), head_exponent=0.123456789012345, genre_offsets={"jazz": -0.1}, unsure_below=0.3
    )
    assert Calibration.from_bytes(calibration.to_bytes()) == calibration
    for data, fault in (
        (b"{", "JSON"),
        (b'{"head_exponent": -1}', "head_exponent"),
        (b'{"vote": {"k": 0}}', "vote.k"),
        (b'{"format": "sleeve-calibration-9"}', "format"),
        (b'{"heat": 1}', "heat"),
    ):
        with pytest.raises(BundleError, match=f"the calibration is damaged: {fault}"):
            Calibration.from_bytes(data)


TEXT = np.array([0.1, 0.2, 0.7])


def test_a_text_is_fused_with_what_head_and_vote_say_together() -> None:
    calibration = PLAIN.model_copy(update={"picture_exponent": 0.8, "text_exponent": 0.6, "text_alone_exponent": 2.0})
    picture = HEAD * VOTE / (HEAD * VOTE).sum()
    product = picture**0.8 * TEXT**0.6
    found = predict(HEAD, VOTE, calibration, text=TEXT)
    assert found.tolist() == pytest.approx((product / product.sum()).tolist())
    alone = predict(None, None, calibration, text=TEXT)
    assert alone.tolist() == pytest.approx((TEXT**2 / (TEXT**2).sum()).tolist())
    silent = predict(HEAD, VOTE, calibration, text=np.zeros(3))
    assert silent.tolist() == predict(HEAD, VOTE, calibration).tolist()


def test_a_text_shifts_chances_only_among_the_genres_it_knows() -> None:
    known = np.array([True, False, True])
    before = predict(HEAD, VOTE, PLAIN)
    found = predict(HEAD, VOTE, PLAIN, text=np.array([0.1, 0.0, 0.9]), text_knows=known)
    assert found[1] == pytest.approx(before[1])
    assert found.sum() == pytest.approx(1)
    assert found[2] / found[0] > before[2] / before[0]
    rows = predict(np.array([HEAD, HEAD]), None, PLAIN, text=np.array([TEXT, np.zeros(3)]))
    assert rows[0].tolist() == predict(HEAD, None, PLAIN, text=TEXT).tolist()
    assert rows[1].tolist() == predict(HEAD, None, PLAIN).tolist()


def test_texts_are_listened_to_as_far_as_they_know_something() -> None:
    heads, votes, targets = drawn(1, 4_000, 2.0)
    texts = drawn(1, 4_000, 3.0)[1]
    known = np.ones(4, dtype=bool)
    plain = fit_calibration(heads, np.zeros_like(votes), targets, VoteSettings())
    pictures = predict(heads, None, plain)
    found = with_texts(plain, pictures, texts, targets, known)
    with_text = negative_log_likelihood(predict(heads, None, found, text=texts), targets)
    assert with_text < negative_log_likelihood(pictures, targets) - 0.02
    noise = with_texts(plain, pictures, np.random.default_rng(0).permutation(texts), targets, known)
    assert noise.text_exponent < 0.05
    assert noise.picture_exponent == pytest.approx(1, abs=0.05)
    assert with_texts(plain, pictures, np.zeros_like(texts), targets, known) == plain


def test_offsets_are_added_to_the_logarithms_last() -> None:
    calibration = PLAIN.model_copy(update={"genre_offsets": {"metal": 1.0, "gone": 5.0}})
    offsets = calibration.offsets_of(("jazz", "metal", "ska"))
    assert offsets.tolist() == [0, 1, 0]
    raised = predict(HEAD, VOTE, PLAIN, text=TEXT) * [1, np.e, 1]
    found = predict(HEAD, VOTE, PLAIN, text=TEXT, offsets=offsets)
    assert found.tolist() == pytest.approx((raised / raised.sum()).tolist())
    assert predict(None, np.zeros(3), PLAIN, offsets=offsets).tolist() == [0, 0, 0]


def test_what_is_said_of_a_photo_is_raised_to_a_power_last() -> None:
    offsets = np.array([0.5, 0, -1])
    calibration = PLAIN.model_copy(update={"photo_exponent": 0.6})
    scan = predict(HEAD, VOTE, calibration, offsets=offsets)
    assert scan.tolist() == predict(HEAD, VOTE, PLAIN, offsets=offsets).tolist()
    photo = predict(HEAD, VOTE, calibration, offsets=offsets, is_photo=True)
    assert photo.tolist() == pytest.approx((scan**0.6 / (scan**0.6).sum()).tolist())
    assert predict(None, np.zeros(3), calibration, is_photo=True).tolist() == [0, 0, 0]


def test_offsets_undo_what_raised_a_genre_and_few_covers_move_them_little() -> None:
    heads, _, targets = drawn(1, 4_000, 2.0)
    genres = ("a", "b", "c", "d")
    bent = heads * [4, 1, 1, 0.5]
    bent /= bent.sum(axis=1, keepdims=True)
    found = with_offsets(PLAIN, bent, targets, genres)
    true, bent_nll = (negative_log_likelihood(given, targets) for given in (heads, bent))
    mended = negative_log_likelihood(predict(bent, None, PLAIN, offsets=found.offsets_of(genres)), targets)
    plain = with_offsets(PLAIN, heads, targets, genres).offsets_of(genres)
    assert mended <= true < bent_nll - 0.05
    moved = found.offsets_of(genres) - plain
    assert (moved - moved[1]).tolist() == pytest.approx([-np.log(4), 0, 0, np.log(2)], abs=0.02)
    few = with_offsets(PLAIN, bent[:3], targets[:3], genres).offsets_of(genres)
    assert np.abs(few).max() < 2.5
    assert with_offsets(PLAIN, bent[:0], targets[:0], genres) == PLAIN


def test_a_calibration_written_before_texts_is_read() -> None:
    written = Calibration().model_dump(exclude={"picture_exponent", "text_exponent", "text_alone_exponent"})
    assert Calibration.from_bytes(json.dumps(written).encode()) == Calibration()


def drawn(seed: int, covers: int, sharpness: float) -> tuple[Probabilities, Probabilities, NDArray[np.bool_]]:
    """True genres drawn from p; a head and a vote that are p with noise, and over-confident by ``sharpness``."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(covers, 4))
    p = softmax(logits)
    labels = (p.cumsum(axis=1) > generator.random((covers, 1))).argmax(axis=1)
    heads = softmax(sharpness * (logits + 0.5 * generator.normal(size=logits.shape)))
    votes = softmax(sharpness * (logits + 0.5 * generator.normal(size=logits.shape)))
    return heads, votes, np.eye(4, dtype=bool)[labels]


def softmax(logits: Probabilities) -> Probabilities:
    exponentials = np.exp(logits)
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def test_an_overconfident_head_gets_the_temperature_that_it_was_sharpened_by() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(20_000, 4))
    p = softmax(logits)
    labels = (p.cumsum(axis=1) > generator.random((len(p), 1))).argmax(axis=1)
    found = fit_calibration(softmax(3 * logits), np.zeros_like(p), np.eye(4, dtype=bool)[labels], VoteSettings())
    assert found.head_alone_exponent == pytest.approx(1 / 3, abs=0.02)


def test_fitting_makes_held_out_predictions_likelier_than_either_alone() -> None:
    calibration = fit_calibration(*drawn(1, 4_000, 3.0), VoteSettings())
    heads, votes, targets = drawn(2, 4_000, 3.0)
    fused = negative_log_likelihood(predict(heads, votes, calibration), targets)
    head_alone = negative_log_likelihood(predict(heads, None, calibration), targets)
    vote_alone = negative_log_likelihood(predict(None, votes, calibration), targets)
    assert fused < head_alone - 0.02
    assert fused < vote_alone - 0.02
    assert head_alone < negative_log_likelihood(heads, targets) - 0.1
    assert vote_alone < negative_log_likelihood(votes, targets) - 0.1


def test_a_vote_that_knows_nothing_is_not_listened_to() -> None:
    heads, votes, targets = drawn(1, 4_000, 1.0)
    found = fit_calibration(heads, np.random.default_rng(0).permutation(votes), targets, VoteSettings())
    assert found.vote_exponent < 0.05
    assert found.head_exponent > 0.6


def test_rows_without_votes_or_without_what_the_head_knows_do_not_disturb() -> None:
    heads, votes, targets = drawn(1, 1_000, 2.0)
    once = fit_calibration(heads, votes, targets, VoteSettings())
    foreign = np.zeros((50, 4))
    again = fit_calibration(
        np.concatenate([heads, foreign]),
        np.concatenate([votes, votes[:50]]),
        np.concatenate([targets, targets[:50]]),
        VoteSettings(),
    )
    assert again == once
    assert fit_calibration(heads[:0], votes[:0], targets[:0], VoteSettings(k=3)) == Calibration(vote=VoteSettings(k=3))


def test_unsure_is_below_one_and_a_half_times_the_commonest_genre() -> None:
    heads, votes, targets = drawn(1, 1_000, 1.0)
    found = fit_calibration(heads, votes, targets, VoteSettings())
    assert found.unsure_below == pytest.approx(1.5 * targets.mean(axis=0).max())
    one_sided = np.eye(4, dtype=bool)[np.where(np.arange(1_000) % 10, 0, 1)]
    assert fit_calibration(heads, votes, one_sided, VoteSettings()).unsure_below == 0.5
