"""Figures of clusters, and of how far apart genres are."""

from collections.abc import Sequence

import numpy as np

from indexer.analysis.clustering import CLUSTER_COUNTS
from indexer.analysis.mistakes import similar_order
from indexer.analysis.separability import Separability
from indexer.report.plates import SERIES, SHOWN_GENRES, Plate, bars, figure, heat_map, short
from indexer.report.study import Clustered
from indexer.report.views import View

_ENDS = 14
"""Pairs shown from either end of the ranking."""

_FIELDS = ("inertia", "silhouette", "purity", "chance_purity", "nmi", "ari", "homogeneity", "completeness")


def over_k(clustered: Sequence[Clustered]) -> Plate:
    """The scores of k-means against the number of clusters."""
    drawn = figure(5.6)
    panels = drawn.subplots(2, 2).ravel()
    for colour, found in zip(SERIES, clustered, strict=False):
        scores = found.clustering.by_k
        ks = [score.k for score in scores]
        per_cover = [score.inertia / len(found.view.rows) for score in scores]
        panels[0].plot(ks, per_cover, "o-", ms=3, color=colour, label=found.view.title)
        panels[1].plot(ks, [score.silhouette for score in scores], "o-", ms=3, color=colour)
        panels[2].plot(ks, [score.purity for score in scores], "o-", ms=3, color=colour)
        panels[2].plot(ks, [score.chance_purity for score in scores], ":", color=colour)
        panels[3].plot(ks, [score.nmi for score in scores], "o-", ms=3, color=colour)
        panels[3].plot(ks, [score.ari for score in scores], "s--", ms=3, color=colour)
    labels = ("inertia a cover", "silhouette", "purity (dotted: shuffled genres)", "NMI (solid), ARI (dashed)")
    for axes, label in zip(panels, labels, strict=True):
        axes.set_xscale("log", base=2)
        axes.set_xticks(CLUSTER_COUNTS, [str(count) for count in CLUSTER_COUNTS])
        axes.minorticks_off()
        axes.set_xlabel("clusters")
        axes.set_title(label)
        axes.grid(alpha=0.25)
        if axes is not panels[0]:
            axes.axhline(0, color="black", lw=0.6)
    drawn.legend(loc="outside lower center", fontsize=8)
    return Plate(
        "clusters-over-k",
        "k-means over the number of clusters",
        "Silhouette near 0: clusters touch. NMI and ARI compare clusters with genres: 0 is chance for ARI; NMI grows "
        "with "
        "k by itself, and so does purity, which is therefore drawn with that of the same clusters over shuffled "
        "genres. "
        "An inertia without a bend and a silhouette without a peak mean that no number of clusters is the natural one.",
        drawn,
        ("view", "covers", "k", *_FIELDS),
        [
            (found.view.title, len(found.view.rows), score.k, *(getattr(score, field) for field in _FIELDS))
            for found in clustered
            for score in found.clustering.by_k
        ],
    )


def clusters_and_genres(found: Clustered) -> Plate:
    """Which genres are in which cluster."""
    counts, genres = found.clustering.genre_counts, found.view.data.genres
    columns = np.sort(np.argsort(-counts.sum(axis=0), kind="stable")[:SHOWN_GENRES])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    order = np.lexsort((-shares.max(axis=1), shares.argmax(axis=1)))
    drawn = figure(1.3 + 0.28 * len(order))
    names = [f"{number + 1} ({int(counts[number].sum())})" for number in order]
    shown = shares[order][:, columns].tolist()
    heat_map(
        drawn.subplots(), shown, names, [genres[c] for c in columns], form="{:.2f}", limits=(0, max(0.3, shares.max()))
    )
    return Plate(
        "clusters-and-genres",
        "Genres in each cluster",
        f"Share of a cluster's covers ({found.view.title}); in brackets its covers. A cover of several genres counts "
        "for "
        "the first by name here.",
        drawn,
        ("cluster", "genre", "covers"),
        [
            (cluster + 1, genres[column], int(counts[cluster, column]))
            for cluster in range(len(counts))
            for column in range(len(genres))
        ],
    )


def cluster_looks(found: Clustered) -> Plate:
    """Palette, brightness and colourfulness of each cluster."""
    looks = found.appearances
    drawn = figure(0.9 + 0.3 * len(looks))
    palettes, bright, colourful = drawn.subplots(1, 3, sharey=True, width_ratios=(3, 1, 1))
    names = [f"cluster {number + 1}" for number in range(len(looks))]
    for number, look in enumerate(looks):
        left = 0.0
        for colour, share in zip(look.palette, look.shares, strict=True):
            palettes.barh(number, share, left=left, color=tuple(colour / 255), height=0.85)
            left += share
    bars(bright, names, [look.brightness for look in looks], colour=SERIES[4])
    bars(colourful, names, [look.colourfulness for look in looks], colour=SERIES[1])
    for axes, label in ((palettes, "share of pixels"), (bright, "brightness"), (colourful, "colourfulness")):
        axes.set_xlabel(label)
    palettes.set_xlim(0, 1)
    return Plate(
        "cluster-looks",
        "What each cluster looks like",
        "The six main colours of a cluster's pixels (k-means in RGB), and its mean brightness and "
        "colourfulness. "
        "Faces and text are not known of these covers.",
        drawn,
        ("cluster", "brightness", "colourfulness", "palette"),
        [
            (
                number + 1,
                look.brightness,
                look.colourfulness,
                " ".join(f"#{c.tobytes().hex()}" for c in look.palette),
            )
            for number, look in enumerate(looks)
        ],
    )


def genre_silhouettes(clustered: Sequence[Clustered]) -> Plate:
    """How compact each genre is."""
    names = sorted({genre for found in clustered for genre in found.clustering.genre_silhouettes})
    first = clustered[0].clustering.genre_silhouettes
    names.sort(key=lambda genre: -first.get(genre, -1.0))
    shown = names[:SHOWN_GENRES]
    drawn = figure(1.2 + 0.26 * len(shown))
    axes = drawn.subplots()
    for number, (colour, found) in enumerate(zip(SERIES, clustered, strict=False)):
        values = [found.clustering.genre_silhouettes.get(genre, np.nan) for genre in shown]
        offset = (number - (len(clustered) - 1) / 2) * 0.2
        axes.plot(values, np.arange(len(shown)) + offset, "o", ms=5, color=colour, label=found.view.title)
    axes.set_yticks(range(len(shown)), [short(name) for name in shown])
    axes.invert_yaxis()
    axes.axvline(0, color="black", lw=0.7)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel("mean silhouette of the genre's covers")
    drawn.legend(loc="outside lower center", fontsize=8)
    return Plate(
        "genre-silhouettes",
        "How compact each genre is",
        "Silhouette with genres as the clusters: above 0, a genre's covers are on average nearer one another than the "
        "nearest other genre; below 0, another genre is nearer.",
        drawn,
        ("view", "genre", "silhouette"),
        [
            (found.view.title, genre, value)
            for found in clustered
            for genre, value in found.clustering.genre_silhouettes.items()
        ],
    )


def separability_matrix(number: int, view: View, found: Separability) -> Plate:
    """The AUC of every pair of genres."""
    table = found.matrix()
    closeness = np.nan_to_num(1 - table, nan=0.0)
    order = similar_order(closeness)
    names = [found.genres[column] for column in order]
    drawn = figure(1.4 + 0.34 * len(names))
    heat_map(drawn.subplots(), table[np.ix_(order, order)].tolist(), names, names, form="{:.2f}", limits=(0.5, 1.0))
    left_out = f" Too few covers or artists to compare: {', '.join(found.left_out)}." if found.left_out else ""
    return Plate(
        f"separability-{number}",
        f"How well a line separates two genres: {view.title}",
        "Area under the ROC curve of a logistic regression on covers of artists and artworks that it was not fitted "
        "to: "
        "0.5 is chance, 1 is always right. Genres that blur are next to each other. Intervals are in the data and in "
        "the next figures." + left_out,
        drawn,
        ("genre", "other_genre", "covers", "other_covers", "auc", "low", "high"),
        [(pair.first, pair.second, *pair.covers, pair.auc, pair.low, pair.high) for pair in found.pairs],
    )


def hardest_pairs(view: View, found: Separability) -> Plate:
    """The pairs hardest and easiest to separate, with intervals."""
    ranked = sorted(found.pairs, key=lambda pair: pair.auc)
    shown = ranked if len(ranked) <= 2 * _ENDS else [*ranked[:_ENDS], *ranked[-_ENDS:]]
    drawn = figure(0.9 + 0.22 * len(shown))
    axes = drawn.subplots()
    places = np.arange(len(shown))
    axes.hlines(places, [pair.low for pair in shown], [pair.high for pair in shown], color=SERIES[0], lw=2, alpha=0.6)
    axes.plot([pair.auc for pair in shown], places, "o", color=SERIES[0], ms=5)
    axes.axvline(0.5, color="black", lw=0.8, ls="--")
    axes.set_yticks(places, [f"{short(pair.first)} / {short(pair.second)}" for pair in shown])
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel("AUC, 95 % interval by bootstrap over groups; dashed: chance")
    middle = "" if len(shown) == len(ranked) else f"; the {len(ranked) - len(shown)} between are in the data"
    return Plate(
        "separability-pairs",
        f"The pairs hardest and easiest to separate: {view.title}",
        f"Hardest on top{middle}.",
        drawn,
        ("genre", "other_genre", "covers", "other_covers", "auc", "low", "high"),
        [(pair.first, pair.second, *pair.covers, pair.auc, pair.low, pair.high) for pair in ranked],
    )


def before_and_after(before: tuple[View, Separability], after: tuple[View, Separability]) -> Plate:
    """The pairs of two models on the same covers."""
    known = {(pair.first, pair.second): pair for pair in before[1].pairs}
    both = [(known[pair.first, pair.second], pair) for pair in after[1].pairs if (pair.first, pair.second) in known]
    drawn = figure(4.8, width_in=5.4)
    axes = drawn.subplots()
    for one, other in both:
        axes.plot([one.low, one.high], [other.auc, other.auc], color=SERIES[4], lw=0.6, alpha=0.5)
        axes.plot([one.auc, one.auc], [other.low, other.high], color=SERIES[4], lw=0.6, alpha=0.5)
    axes.plot([one.auc for one, _ in both], [other.auc for _, other in both], "o", color=SERIES[0], ms=4)
    low = min(0.45, *(min(one.low, other.low) for one, other in both)) if both else 0.45
    axes.plot([low, 1], [low, 1], color="black", lw=0.7, ls="--")
    axes.set_xlim(low, 1.01)
    axes.set_ylim(low, 1.01)
    axes.set_xlabel(f"AUC before: {before[0].model}")
    axes.set_ylabel(f"AUC after: {after[0].model}")
    better = sum(other.auc > one.auc for one, other in both)
    return Plate(
        "separability-before-after",
        "The same pairs and covers before and after fine-tuning",
        f"One dot per pair of genres, above the line if fine-tuning helped: {better} of {len(both)}. Lines are 95 % "
        "intervals. Only covers that the fine-tuned model was not trained on.",
        drawn,
        ("genre", "other_genre", "auc_before", "low_before", "high_before", "auc_after", "low_after", "high_after"),
        [(o.first, o.second, o.auc, o.low, o.high, a.auc, a.low, a.high) for o, a in both],
    )
