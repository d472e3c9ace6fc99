"""What the figures say, in sentences with their numbers."""

from collections import Counter
from collections.abc import Iterator

from indexer.analysis.label_errors import LEAST_COVERS, LISTED_SHARE
from indexer.analysis.learning_curve import LearningCurve
from indexer.analysis.separability import GenrePair, Separability
from indexer.evaluation import EvaluationReport
from indexer.report.study import Clustered, Study
from indexer.report.views import View

_NAMED = 3


def catalogue(study: Study) -> Iterator[str]:
    """How much there is, and what a reader must know of it."""
    material, facts = study.material, study.material.facts
    yield (
        f"{facts.covers:,} embedded front covers of {facts.albums:,} albums, {facts.labelled:,} of them with a genre; "
        f"{len(facts.genres)} genres; {facts.groups:,} groups of one artist or artwork."
    )
    if len(material.covers) < facts.covers:
        yield (
            f"What follows is measured on {len(material.covers):,} of the covers, drawn at random with seed "
            f"{study.seed}; "
            "the counts in this section are of all."
        )
    yield (
        f"{facts.same_files:,} covers have the very bytes of another; {facts.near_duplicates:,} pairs show one "
        "artwork by "
        f"embedding and difference hash. {facts.several_genres:,} covers have several genres. "
        f"{len(facts.conflicts):,} labels contradict each other."
    )
    seen = int((~material.live.unseen).sum())
    if seen:
        yield (
            f"{material.live.name} was trained on {seen:,} of these covers. It is measured on the others only; "
            "questions about the "
            "genres as such are put to the frozen model, which has seen none, on all of them."
        )


def embedding(study: Study) -> Iterator[str]:
    """How to read the maps."""
    yield (
        "Maps keep neighbourhoods and distort distances, sizes of groups and gaps between them; one map misleads, so "
        "there "
        "are several. Grey: covers without a genre"
        + (
            ", and covers that the model was trained on, whose genres it may know by heart."
            if _some_seen(study)
            else "."
        )
    )


def apart(view: View, found: Separability) -> Iterator[str]:
    """Which genres stand out and which blur."""
    if len(found.genres) < 2:
        return
    ranked = found.ranked()
    out = [f"{genre} ({found.mean_auc(genre):.2f})" for genre in ranked[:_NAMED]]
    blur = [f"{genre} ({found.mean_auc(genre):.2f})" for genre in ranked[::-1][:_NAMED]]
    yield (
        f"{view.title}: {_listed(out)} stand out most, by mean AUC against the other genres; {_listed(blur)} blur most."
    )
    hardest = sorted(found.pairs, key=lambda pair: pair.auc)[:_NAMED]
    alone = [
        f"{genre} ({overlap:.0%})" for genre in ranked if (overlap := _shared_sources(genre, view)) < _MOSTLY_SHARED
    ]
    if alone:
        yield (
            "Beware: a genre may stand out by how its source scans and crops. These have little of where their covers "
            f"come from in common with the other genres: {_listed(alone)}."
        )
    yield f"The hardest pairs are {_listed([_pair(pair) for pair in hardest])}."
    lost = [pair for pair in found.pairs if not pair.apart]
    if lost:
        named = [f"{pair.first} / {pair.second}" for pair in lost[:8]] + (["others"] if len(lost) > 8 else [])
        yield f"{len(lost)} of {len(found.pairs)} pairs are not separated better than chance: {_listed(named)}."
    else:
        yield f"All {len(found.pairs)} pairs are separated better than chance: every interval is above 0.5."


_MOSTLY_SHARED = 0.5


def _shared_sources(genre: str, view: View) -> float:
    """How far the sources of a genre's covers and of the others' overlap: the sum of the lesser shares, 0 to 1."""
    of_genre = view.data.targets[:, view.data.genres.index(genre)]
    sources = view.data.sources_or_none
    one, other = (Counter(sources[rows].tolist()) for rows in (of_genre, ~of_genre))
    return sum(min(count / one.total(), other[source] / max(1, other.total())) for source, count in one.items())


def clusters(found: Clustered) -> str:
    """How clusters agree with genres."""
    scores = {score.k: score for score in found.clustering.by_k}
    at = scores[found.clustering.k]
    best = max(found.clustering.by_k, key=lambda score: score.silhouette)
    return (
        f"{found.view.title}: with {at.k} clusters, as many as genres, purity is {at.purity:.2f} "
        f"({at.chance_purity:.2f} over "
        f"shuffled genres), NMI {at.nmi:.2f}, ARI {at.ari:.2f}, homogeneity {at.homogeneity:.2f}, completeness "
        f"{at.completeness:.2f}. The best silhouette is {best.silhouette:.2f}, with {best.k} clusters"
        + (", so there are no clear clusters." if best.silhouette < _WEAK_SILHOUETTE else ".")
    )


_WEAK_SILHOUETTE = 0.25
"""Below this there is no substantial structure (Kaufman and Rousseeuw, "Finding groups in data", 1990, table 4)."""


def models(report: EvaluationReport) -> Iterator[str]:
    """The score that counts, the leak check and the warnings."""
    found = report.methods["prediction"]
    interval = found.accuracy_interval
    yield (
        f"The prediction is right for {found.accuracy:.3f} of the covers ({interval.low:.3f} to {interval.high:.3f}), "
        "among its "
        f"three likeliest for {found.top_3:.3f}; always the commonest genre would be for "
        f"{report.methods['majority'].accuracy:.3f}. Macro F1 {found.macro_f1:.3f}."
    )
    rare = [genre for genre in found.per_genre if 0 < genre.support < _FEW]
    if rare:
        listed = _listed([f"{genre.genre} ({genre.support})" for genre in rare])
        yield f"Of some genres fewer than {_FEW} covers are held out, so macro F1 is uncertain: {listed}."
    if report.leak_check is not None:
        leaks = report.leak_check
        yield (
            f"Leak check: the same procedure cross-validated by group scores {leaks.group_accuracy:.3f}, split at "
            "random "
            f"{leaks.random_accuracy:.3f} ({leaks.difference:+.3f}). "
            f"{report.near_duplicates_across:,} tested covers have a near-duplicate among those fitted to."
        )
    yield from (f"Note: {warning}." for warning in report.warnings)


_FEW = 20


def spoken(study: Study) -> Iterator[str]:
    """How much is read, and who is right when text and picture disagree."""
    if study.spoken is None:
        return
    texts, found = study.material.texts, study.spoken.disagreements
    if texts is not None:
        yield f"{int(texts.speak.sum()):,} of {len(texts):,} covers say something."
    if found.differ:
        yield (
            f"Text and picture name different genres for {found.differ:,} of {found.heard:,} covers that neither was "
            f"fitted to. Of those, the picture is right for {found.picture_right:,}, the text for {found.text_right:,}."
        )


def learning(name: str, curve: LearningCurve) -> str:
    """What the last doubling brought."""
    first, last = curve.points[-2], curve.points[-1]
    sure = curve.low > 0 or curve.high < 0
    return (
        f"{name}: from {first.size:,} to {last.size:,} covers the head's accuracy went from {first.accuracy:.3f} to "
        f"{last.accuracy:.3f} ({curve.last_doubling:+.3f}, {curve.low:+.3f} to {curve.high:+.3f})"
        + ("." if sure else "; that may be chance.")
    )


def suspects(study: Study) -> str:
    """What to do with the list."""
    return (
        f"{len(study.suspects):,} of {len(study.material.labelled):,} labels are listed. Confident learning suspects a "
        "label when a model that has not seen the cover is surer of another genre than it usually is of covers that "
        f"have it; of those, the list has the {LISTED_SHARE:.0%} of all labels that are least likely. Many only look "
        f"unlike their genre. Labels of genres with fewer than {LEAST_COVERS} covers, or that the model does not "
        "know, are never suspect. label-suspects.csv has the line that mends each; look before you run one."
    )


def _some_seen(study: Study) -> bool:
    return not bool(study.material.live.unseen.all())


def _pair(pair: GenrePair) -> str:
    return f"{pair.first} / {pair.second} ({pair.auc:.2f}, {pair.low:.2f} to {pair.high:.2f})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
