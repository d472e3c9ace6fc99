from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.evaluation import ArtworkQueries, Baseline, EvaluationReport, Photos, cross_evaluate, evaluate
from indexer.evaluation.kinds import MAYBE_SEEN, NOT_SEEN, kinds_of_covers
from indexer.evaluation.leaks import near_duplicates_across
from indexer.evaluation.procedures import fitted_answers
from indexer.genre import LabelledVectors, count_texts
from indexer.genre.membership import genre_prior
from sleeve.errors import TrainingError
from tests.indexer.genre.planted import planted, text_line, with_texts

ROWS = np.arange(240)


def labelled(data: LabelledVectors) -> LabelledVectors:
    sources = np.where(np.arange(len(data.vectors)) % 2, "scan", "stream")
    return replace(data, sources=sources)


@pytest.fixture(scope="module")
def covers() -> LabelledVectors:
    return labelled(planted(covers=240, noise=0.8))


@pytest.fixture(scope="module")
def report(covers: LabelledVectors) -> EvaluationReport:
    noise = np.random.default_rng(9).normal(size=(240, 8)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    views = ArtworkQueries("same", covers.vectors[:20], ROWS[:20], covers.vectors, ROWS)
    return evaluate(
        covers.take(ROWS[:160]),
        covers.take(ROWS[160:]),
        seed=0,
        baselines=[Baseline("noise", noise), Baseline("logits", covers.vectors, fitted=False)],
        artworks=[views],
        resamples=50,
    )


def test_planted_genres_are_found_and_noise_finds_none(report: EvaluationReport) -> None:
    assert (report.trained_covers, report.tested_covers, report.tested_groups) == (160, 80, 80)
    majority = report.methods["majority"]
    for method in ("prediction", "head", "vote", "1-NN"):
        assert report.methods[method].accuracy > 0.85
        assert report.methods[f"noise: {method}"].accuracy < majority.accuracy + 0.1
    assert "logits: head" not in report.methods
    assert report.methods["logits: 1-NN"] == report.methods["1-NN"]
    assert report.genre_retrieval["bundle"].precision_at_10 > report.genre_retrieval["noise"].precision_at_10 + 0.3
    assert report.artwork_retrieval["same"].recall_at_1 == 1


def test_the_majority_is_the_commonest_genre_of_training(report: EvaluationReport, covers: LabelledVectors) -> None:
    commonest = genre_prior(covers.targets[:160]).argmax()
    expected = covers.targets[160:, commonest].mean()
    assert report.methods["majority"].accuracy == pytest.approx(expected)
    assert report.methods["majority"].weighted_recall == pytest.approx(expected)
    shares, tested = covers.targets[:160].mean(axis=0), covers.targets[160:].mean(axis=0)
    assert report.methods["majority"].nll == pytest.approx(-(tested @ np.log(shares)))


def test_the_parts_of_a_report_agree_with_one_another(report: EvaluationReport) -> None:
    for method in report.methods.values():
        table = np.array(method.confusion)
        assert table.sum() == 80
        assert method.accuracy == pytest.approx(np.trace(table) / 80)
        assert method.accuracy_interval.low <= method.accuracy <= method.accuracy_interval.high
        assert sum(source.covers for source in method.per_source) == 80
        by_source = sum(source.covers * source.accuracy for source in method.per_source) / 80
        assert by_source == pytest.approx(method.accuracy)
        assert [genre.support for genre in method.per_genre] == table.sum(axis=1).tolist()
        assert np.mean([genre.f1 for genre in method.per_genre]) == pytest.approx(method.macro_f1)
        if method.reliability:
            errors = [part.covers * abs(part.accuracy - part.confidence) for part in method.reliability]
            assert method.calibration_error == pytest.approx(sum(errors) / 80)
    assert report.methods["1-NN"].nll is None
    assert report.methods["prediction"].nll is not None


def test_the_report_is_json_and_the_same_every_time(report: EvaluationReport, covers: LabelledVectors) -> None:
    assert EvaluationReport.model_validate_json(report.model_dump_json()) == report
    once, again = (
        evaluate(covers.take(ROWS[:160]), covers.take(ROWS[160:]), seed=3, leak_check=False, resamples=20)
        for _ in range(2)
    )
    assert once == again
    assert once.leak_check is None


@pytest.mark.slow
def test_every_cover_is_tested_once_by_cross_evaluation(covers: LabelledVectors) -> None:
    found = cross_evaluate(covers, seed=0, leak_check=False, resamples=20)
    assert (found.tested_covers, found.trained_covers) == (240, 192)
    assert found.methods["prediction"].accuracy > 0.85
    assert np.array(found.methods["head"].confusion).sum(axis=1).tolist() == covers.targets.sum(axis=0).tolist()


@pytest.mark.slow
def test_only_covers_that_the_backbone_has_not_seen_are_tested(covers: LabelledVectors) -> None:
    half = replace(covers, unseen=ROWS >= 120)
    assert cross_evaluate(half, seed=0, leak_check=False, resamples=5).tested_covers == 120
    pairs = replace(half, groups=ROWS % 120)
    assert cross_evaluate(pairs, seed=0, leak_check=False, resamples=5).trained_covers == 192
    with pytest.raises(TrainingError, match="trained on covers that are to be tested"):
        evaluate(half.take(ROWS[120:]), half.take(ROWS[:120]), seed=0, leak_check=False, resamples=5)
    with pytest.raises(TrainingError, match="trained on every album"):
        cross_evaluate(replace(covers, unseen=ROWS < 0), seed=0)


def test_a_genre_that_was_not_trained_on_is_never_named(covers: LabelledVectors) -> None:
    targets = np.hstack([covers.targets, np.zeros((240, 1), dtype=bool)])
    targets[230:] = [False, False, False, True]
    data = replace(covers, targets=targets, genres=(*covers.genres, "ska"))
    found = fitted_answers(data.take(ROWS[:160]), data.take(ROWS[160:]), near_duplicate_similarity=0.9, seed=0)
    for probabilities in found.values():
        assert not probabilities[:, 3].any()
        assert probabilities.sum(axis=1) == pytest.approx(np.ones(80))


def test_leaks_are_measured_warned_of_and_refused() -> None:
    data = planted(noise=0.2, group_noise=4.0, group_size=6, covers=240)
    covers = labelled(data)
    found = evaluate(covers.take(ROWS[:180]), covers.take(ROWS[180:]), seed=0, resamples=5)
    assert found.leak_check is not None
    assert found.leak_check.difference > 0.15
    assert found.leak_check.difference == found.leak_check.random_accuracy - found.leak_check.group_accuracy
    assert f"{100 * found.leak_check.random_accuracy:.1f} % accuracy" in found.warnings[0]
    with pytest.raises(TrainingError, match="both sides of the split"):
        evaluate(covers.take(ROWS[::2]), covers.take(ROWS[1::2]), seed=0)


def test_near_duplicates_across_the_split_and_genres_of_one_group_are_warned_of(covers: LabelledVectors) -> None:
    vectors = covers.vectors.copy()
    vectors[200:203] = vectors[:3]
    groups = covers.groups.copy()
    polka = np.flatnonzero(covers.targets[:, 2] & (ROWS < 160))
    groups[polka] = groups[polka[0]]
    data = replace(covers, vectors=vectors, groups=groups)
    found = evaluate(data.take(ROWS[:160]), data.take(ROWS[160:]), seed=0, leak_check=False, resamples=5)
    assert found.near_duplicates_across >= 3
    assert any(warning.startswith(f"{found.near_duplicates_across} tested covers") for warning in found.warnings)
    train, test = data.take(ROWS[:160]), replace(data.take(ROWS[160:]), albums=ROWS[160:])
    told = replace(test, apart=frozenset({(0, 200), (1, 200), (1, 201)}))
    near = [near_duplicates_across(replace(train, albums=ROWS[:160]), some, 0.9999) for some in (test, told)]
    assert near == [3, 1]
    assert any(f"{len(polka)} of {data.targets[:, 2].sum()} polka covers" in warning for warning in found.warnings)


def test_columns_must_fit() -> None:
    data = planted(covers=30)
    with pytest.raises(ValueError, match="differ in length"):
        LabelledVectors(data.vectors, data.targets, data.genres, data.groups[:5])
    with pytest.raises(ValueError, match="do not fit"):
        LabelledVectors(data.vectors, data.targets, (*data.genres, "ska"), data.groups)
    with pytest.raises(ValueError, match="has no genre"):
        LabelledVectors(data.vectors, np.zeros_like(data.targets), data.genres, data.groups)


def test_texts_are_measured_with_and_without_and_by_whether_names_were_seen(covers: LabelledVectors) -> None:
    data = with_texts(replace(covers, groups=ROWS // 2, vectors=planted(covers=240, noise=3.0).vectors))
    found = evaluate(data.take(ROWS[:160]), data.take(ROWS[160:]), seed=0, leak_check=False, resamples=5)
    methods = found.methods
    assert methods["prediction"].accuracy > methods["vote and head"].accuracy + 0.1
    assert methods["text"].answered < 1
    kinds = {one.kind: one for one in methods["prediction"].per_kind}
    assert data.texts is not None
    read = data.texts.speak[160:]
    assert (kinds["with text"].covers, kinds["without text"].covers) == (read.sum(), (~read).sum())
    named = data.named_or_none[160:] & read
    assert kinds["with text, artist known and held out"].covers == named.sum()
    # Every artist's words are his alone, so nothing rare is shared with covers of other artists.
    assert kinds["with text, artist unknown, shares no rare word"].covers == (read & ~named).sum()
    without = {one.kind: one for one in methods["vote and head"].per_kind}
    assert without["without text"] == kinds["without text"]
    assert without["with text"].accuracy < kinds["with text"].accuracy
    plain = evaluate(covers.take(ROWS[:160]), covers.take(ROWS[160:]), seed=0, leak_check=False, resamples=5)
    assert "text" not in plain.methods
    assert plain.methods["prediction"].per_kind == ()


def test_a_rare_word_of_training_may_be_a_name(covers: LabelledVectors) -> None:
    words = ["Coltrane"] * 2 + ["Common"] * 8 + ["Coltrane", "Common", "abc", "Unheard"]
    texts = count_texts([(text_line(word),) for word in words])
    data = replace(covers.take(ROWS[:14]), texts=texts)
    kinds = kinds_of_covers(data, [(ROWS[:10], ROWS[10:14])])
    assert kinds[MAYBE_SEEN].tolist() == [True, False, False, False]
    assert kinds[NOT_SEEN].tolist() == [False, True, True, True]


@pytest.fixture(scope="module")
def with_photos(covers: LabelledVectors) -> tuple[NDArray[np.int64], EvaluationReport, EvaluationReport]:
    """Reports on photos that are the scans, and on photos that show other covers."""
    rows = ROWS[::2]
    others = covers.vectors[np.random.default_rng(3).permutation(240)][rows]
    same, noise = (
        cross_evaluate(covers, seed=0, photos=Photos(rows, vectors), leak_check=False, resamples=5)
        for vectors in (covers.vectors[rows], others)
    )
    return rows, same, noise


@pytest.mark.slow
def test_scans_and_photos_of_the_same_covers_are_measured_side_by_side(
    covers: LabelledVectors, with_photos: tuple[NDArray[np.int64], EvaluationReport, EvaluationReport]
) -> None:
    rows, same, noise = with_photos
    for report in (same, noise):
        assert [one.picture for one in report.pictures] == ["scan", "photo"]
        assert [one.covers for one in report.pictures] == [len(rows)] * 2
        for one in report.pictures:
            shares = one.unsure * one.accuracy_if_unsure + (1 - one.unsure) * one.accuracy_if_sure
            assert one.accuracy == pytest.approx(shares)
    assert same.pictures[0] == noise.pictures[0], "photos have no say about scans"
    assert same.pictures[0].accuracy == same.pictures[1].accuracy > 0.85
    assert same.pictures[0].calibration_error < same.pictures[1].calibration_error, "right, and photos believed less"
    assert noise.pictures[1].accuracy < 0.6
