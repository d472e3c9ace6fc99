"""Figures of what the models get right and wrong."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from indexer.analysis.learning_curve import CurvePoint, LearningCurve
from indexer.analysis.mistakes import similar_order
from indexer.evaluation import EvaluationReport
from indexer.report.plates import SERIES, SHOWN_GENRES, Plate, figure, heat_map, short


def methods(report: EvaluationReport) -> Plate:
    """Accuracy and macro F1 of every method."""
    ranked = sorted(report.methods.items(), key=lambda item: item[1].accuracy)
    drawn = figure(0.9 + 0.28 * len(ranked))
    places = np.arange(len(ranked))
    panels = drawn.subplots(1, 2, sharey=True)
    measures = [
        ("accuracy", [m.accuracy for _, m in ranked], [m.accuracy_interval for _, m in ranked]),
        ("macro F1", [m.macro_f1 for _, m in ranked], [m.macro_f1_interval for _, m in ranked]),
    ]
    for axes, (label, values, intervals) in zip(panels, measures, strict=True):
        axes.hlines(places, [i.low for i in intervals], [i.high for i in intervals], color=SERIES[0], lw=3, alpha=0.45)
        axes.plot(values, places, "o", color=SERIES[0], ms=5)
        for place, value in zip(places, values, strict=True):
            axes.annotate(f"{value:.3f}", (value, place), (0, 5), textcoords="offset points", ha="center", size=7)
        axes.set_xlabel(f"{label}, 95 % interval by bootstrap over groups")
        axes.set_xlim(left=0)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(places, [name for name, _ in ranked])
    panels[0].margins(y=0.08)
    return Plate(
        "methods",
        "What each way of naming genres is worth",
        f"{report.tested_covers:,} covers of {report.tested_groups:,} groups that no backbone was trained on, each "
        "answered "
        "by a model fitted without its group. Right is an answer among the cover's genres. A frozen method is the "
        "same on "
        "ImageNet features.",
        drawn,
        (
            "method",
            "accuracy",
            "low",
            "high",
            "top_3",
            "macro_f1",
            "macro_f1_low",
            "macro_f1_high",
            "nll",
            "brier",
            "calibration_error",
        ),
        [
            (
                name,
                m.accuracy,
                m.accuracy_interval.low,
                m.accuracy_interval.high,
                m.top_3,
                m.macro_f1,
                m.macro_f1_interval.low,
                m.macro_f1_interval.high,
                *("" if value is None else value for value in (m.nll, m.brier, m.calibration_error)),
            )
            for name, m in reversed(ranked)
        ],
    )


def confusion(report: EvaluationReport) -> Plate:
    """The prediction's confusion matrix, rows that sum to 1, like genres next to each other."""
    counts = np.array(report.methods["prediction"].confusion, dtype=np.float64)
    present = np.flatnonzero(counts.sum(axis=1) > 0)
    present = np.sort(present[np.argsort(-counts[present].sum(axis=1), kind="stable")[:SHOWN_GENRES]])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    square = shares[np.ix_(present, present)]
    order = present[similar_order(square)]
    drawn = figure(1.5 + 0.32 * len(order))
    rows = [f"{report.genres[column]} ({int(counts[column].sum())})" for column in order]
    table = shares[np.ix_(order, order)].tolist()
    axes = drawn.subplots()
    heat_map(
        axes, table, rows, [report.genres[c] for c in order], form="{:.2f}", limits=(0, max(0.5, float(square.max())))
    )
    axes.set_xlabel("predicted")
    axes.set_ylabel("genre (covers)")
    return Plate(
        "confusion",
        "What is taken for what",
        "Share of a genre's held-out covers (rows sum to 1) by what was predicted. Genres are ordered so that those "
        "often "
        "mistaken for one another are together. Rows of a few covers say little.",
        drawn,
        ("genre", "predicted", "covers", "share_of_genre"),
        [
            (genre, other, int(counts[row, column]), float(shares[row, column]))
            for row, genre in enumerate(report.genres)
            for column, other in enumerate((*report.genres, "(no answer)"))
        ],
    )


def per_genre(report: EvaluationReport) -> Plate:
    """Precision, recall and F1 of the prediction for each genre."""
    scores = sorted(report.methods["prediction"].per_genre, key=lambda genre: -genre.support)
    shown = [genre for genre in scores if genre.support][:SHOWN_GENRES]
    drawn = figure(1.1 + 0.27 * len(shown))
    axes = drawn.subplots()
    places = np.arange(len(shown))
    axes.hlines(
        places,
        [min(g.precision, g.recall) for g in shown],
        [max(g.precision, g.recall) for g in shown],
        color="#bbbbbb",
    )
    for colour, marker, measure in zip(SERIES, ("o", "s", "D"), ("precision", "recall", "f1"), strict=False):
        axes.plot([getattr(genre, measure) for genre in shown], places, marker, ms=5, color=colour, label=measure)
    axes.set_yticks(places, [f"{short(genre.genre)} ({genre.support})" for genre in shown])
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 1.02)
    axes.grid(axis="x", alpha=0.3)
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Plate(
        "per-genre",
        "Precision, recall and F1 of each genre",
        "The prediction on held-out covers; in brackets the covers that count for the genre. Genres without any are "
        "left out.",
        drawn,
        ("genre", "precision", "recall", "f1", "support"),
        [(genre.genre, genre.precision, genre.recall, genre.f1, genre.support) for genre in scores],
    )


def calibration(report: EvaluationReport) -> Plate:
    """How often an answer of a given probability is right."""
    prediction = report.methods["prediction"]
    bins = prediction.reliability
    drawn = figure(4.4, width_in=5.0)
    above, below = drawn.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color="black", lw=0.7, ls="--", label="perfectly calibrated")
    confidence, right = [b.confidence for b in bins], [b.accuracy for b in bins]
    spread = [1.96 * np.sqrt(max(b.accuracy * (1 - b.accuracy), 1e-9) / b.covers) for b in bins]
    above.errorbar(confidence, right, spread, fmt="o-", ms=4, color=SERIES[0], capsize=2, label="prediction")
    above.set_ylabel("share that is right")
    above.set_ylim(0, 1.05)
    above.legend(loc="upper left")
    below.bar(confidence, [b.covers for b in bins], width=0.04, color=SERIES[4])
    below.set_ylabel("covers")
    below.set_xlabel("probability of the answer")
    below.set_xlim(0, 1)
    error = prediction.calibration_error or 0.0
    return Plate(
        "calibration",
        "Do probabilities mean what they say?",
        f"Expected calibration error {error:.3f}, the mean distance from the dashed line weighted by covers. Bars are "
        "1.96 standard errors as if covers were independent, so a little narrow.",
        drawn,
        ("confidence", "accuracy", "covers"),
        [(b.confidence, b.accuracy, b.covers) for b in bins],
    )


def learning(curves: Mapping[str, LearningCurve]) -> Plate:
    """Accuracy of the head against the covers that it was fitted to."""
    drawn = figure(3.4, width_in=6.4)
    axes = drawn.subplots()
    _curves(axes, {name: curve.points for name, curve in curves.items()})
    axes.set_xscale("log", base=2)
    sizes = [point.size for point in next(iter(curves.values())).points]
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("labelled covers that the head was fitted to")
    return Plate(
        "learning-curve",
        "What more labelled covers bring",
        "Accuracy of the head alone on the same held-out covers, fitted to random shares of the artists and artworks; "
        "bands are 95 %. The backbone stays as it is, so what it would itself learn from more covers is not shown, "
        "and a "
        "fine-tuned one has already used the covers it was trained on.",
        drawn,
        ("model", "covers", "accuracy", "low", "high"),
        [(name, p.size, p.accuracy, p.low, p.high) for name, curve in curves.items() for p in curve.points],
    )


def neighbours(curves: Mapping[str, Sequence[CurvePoint]]) -> Plate:
    """Accuracy of the vote against the number of neighbours."""
    drawn = figure(3.4, width_in=6.4)
    axes = drawn.subplots()
    _curves(axes, curves)
    axes.set_xscale("log")
    sizes = [point.size for point in next(iter(curves.values()))]
    axes.set_xticks(sizes[::2], [str(size) for size in sizes[::2]])
    axes.minorticks_off()
    axes.set_xlabel("k, neighbours asked")
    return Plate(
        "neighbours-curve",
        "How many neighbours to ask",
        "Accuracy of the vote of the k nearest covers of other artists and artworks, for covers that the backbone "
        "was not "
        "trained on; bands are 95 %. The weighing was chosen on these very covers, so its curve is a little flattered; "
        "the methods' figure above is not.",
        drawn,
        ("voices", "k", "accuracy", "low", "high"),
        [(name, p.size, p.accuracy, p.low, p.high) for name, curve in curves.items() for p in curve],
    )


def _curves(axes: Axes, curves: Mapping[str, Sequence[CurvePoint]]) -> None:
    for colour, (name, points) in zip(SERIES, curves.items(), strict=False):
        sizes = [point.size for point in points]
        axes.fill_between(sizes, [p.low for p in points], [p.high for p in points], color=colour, alpha=0.15, lw=0)
        axes.plot(sizes, [p.accuracy for p in points], "o-", ms=4, color=colour, label=name)
    axes.set_ylabel("accuracy")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=8)
