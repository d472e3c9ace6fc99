"""Every analysis of a catalogue, in order, with what each may count.

A model is measured only on covers that its backbone was not trained on. Where the live bundle has seen some, questions
about genres as such are put to the frozen bundle, which has seen none, on all covers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from db.errors import ImageRejectedError, TrainingError
from indexer.analysis.clustering import Clustering, cluster
from indexer.analysis.label_errors import Suspect, likely_label_errors
from indexer.analysis.learning_curve import CurvePoint, LearningCurve, learning_curve, neighbours_curve
from indexer.analysis.looks import Appearance, appearance
from indexer.analysis.mistakes import Mistake, top_losses
from indexer.analysis.occlusion import Occlusion, occlude
from indexer.analysis.projections import Projection, perplexities, tsne, umap
from indexer.analysis.separability import Separability, separability
from indexer.decoding import read
from indexer.evaluation import Baseline, EvaluationReport, LabelledVectors, cross_evaluate
from indexer.genre.fit import GenreModel, fit_genre_model
from indexer.genre.head import fit_head
from indexer.pipeline import fit_image
from indexer.progress import Progress
from indexer.report.material import Material, Model

LEAST_PROJECTED = 20
LEAST_CLUSTERED = 30
TOP_LOSSES = 16
EXPLAINED_A_GENRE = 2
EXPLAINED_GENRES = 20

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Covers as a model sees them that was trained on none of them.

    Attributes:
        title: which model, which covers.
        rows: (n,) rows of the material; ``data`` has the same covers in the same order.
    """

    title: str
    rows: NDArray[np.int64]
    data: LabelledVectors


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """A view in clusters, and what each cluster looks like."""

    view: View
    clustering: Clustering
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SuspectCover:
    """A suspect label of a row of the material, and the model that suspects it."""

    row: int
    suspect: Suspect
    model: str


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A cover (row of the material) and where its prediction comes from."""

    row: int
    genres: tuple[str, ...]
    occlusion: Occlusion


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """All results; a part that could not be had is None or empty, and ``notes`` says why.

    Attributes:
        projections: model's name → its pictures of all measured covers.
        mistakes: rows are those of ``Material.labelled``.
        learning: model's name → curve.
        neighbours: "plain" and "as the vote weighs them" → curve.
        seconds: what each step took.
    """

    material: Material
    seed: int
    projections: Mapping[str, tuple[Projection, ...]]
    clustered: tuple[Clustered, ...]
    separabilities: tuple[tuple[View, Separability], ...]
    evaluation: EvaluationReport | None
    fitted: GenreModel | None
    mistakes: tuple[Mistake, ...]
    suspects: tuple[SuspectCover, ...]
    learning: Mapping[str, LearningCurve]
    neighbours: Mapping[str, tuple[CurvePoint, ...]]
    explained: tuple[Explained, ...]
    notes: tuple[str, ...]
    seconds: Mapping[str, float]


@dataclass(slots=True)
class _Steps:
    """Runs the steps; one that has too little to go on leaves a note in its place."""

    progress: Progress
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, name: str, step: Callable[[], Result], otherwise: Result) -> Result:
        self.progress.start(name, 1)
        started = perf_counter()
        try:
            return step()
        except TrainingError as error:
            self.notes.append(f"{name} is left out: {error}")
            return otherwise
        finally:
            self.seconds[name] = perf_counter() - started
            self.progress.advance(1)


def study(material: Material, *, seed: int, progress: Progress) -> Study:
    """Run every analysis."""
    steps = _Steps(progress)
    live = material.labelled_vectors(material.live)
    frozen = None if material.frozen is None else material.labelled_vectors(material.frozen)
    views = _views(material)
    projections = {
        model.name: _projected(model, seed, steps) for model in (material.frozen, material.live) if model is not None
    }
    clustered = tuple(_clustered(view, material, seed, steps) for view in views if len(view.data) >= LEAST_CLUSTERED)
    apart = [(view, separability(view.data, seed=seed, progress=progress)) for view in views]
    baselines = [] if frozen is None else [Baseline("frozen", frozen.vectors)]
    evaluation = steps.run("The models' measures", lambda: cross_evaluate(live, seed=seed, baselines=baselines), None)
    fitted = steps.run("The live model's answers", lambda: _fit(live, seed), None)
    fitted_frozen = None
    if frozen is not None:
        fitted_frozen = steps.run("The frozen model's answers", lambda: _fit(frozen, seed), None)
    return Study(
        material=material,
        seed=seed,
        projections=projections,
        clustered=clustered,
        separabilities=tuple((view, found) for view, found in apart if found.pairs),
        evaluation=evaluation,
        fitted=fitted,
        mistakes=() if fitted is None else _mistakes(live, fitted),
        suspects=_suspects(material, fitted, fitted_frozen),
        learning=_learning(material, live, frozen, fitted, fitted_frozen, seed, steps),
        neighbours={} if fitted is None else _neighbours(live, fitted, seed),
        explained=steps.run(
            "Where predictions come from", lambda: _explained(material, live, fitted, seed, progress), ()
        ),
        notes=tuple(steps.notes),
        seconds=steps.seconds,
    )


def _views(material: Material) -> list[View]:
    labelled, found = material.labelled, []
    unseen = np.flatnonzero(material.live.unseen[labelled])
    some_seen = len(unseen) < len(labelled)
    if material.frozen is not None:
        before = material.labelled_vectors(material.frozen)
        found.append(View(f"{material.frozen.name}, all {len(labelled):,} labelled covers", labelled, before))
        if some_seen:
            same = f"{material.frozen.name}, the {len(unseen):,} covers new to {material.live.name}"
            found.append(View(same, labelled[unseen], before.take(unseen)))
    after = material.labelled_vectors(material.live).take(unseen)
    which = f"the {len(unseen):,} covers new to it" if some_seen else f"all {len(labelled):,} labelled covers"
    found.append(View(f"{material.live.name}, {which}", labelled[unseen], after))
    return [view for view in found if len(view.data)]


def _projected(model: Model, seed: int, steps: _Steps) -> tuple[Projection, ...]:
    if len(model.vectors) < LEAST_PROJECTED:
        steps.notes.append(f"{len(model.vectors)} covers are too few for a map.")
        return ()
    found = [
        steps.run(f"t-SNE of {model.name}, perplexity {p:g}", lambda p=p: tsne(model.vectors, p, seed=seed), None)
        for p in perplexities(len(model.vectors))
    ]
    found.append(steps.run(f"UMAP of {model.name}", lambda: umap(model.vectors, seed=seed), None))
    return tuple(projection for projection in found if projection is not None)


def _clustered(view: View, material: Material, seed: int, steps: _Steps) -> Clustered:
    def work() -> Clustered:
        data = view.data
        found = cluster(data.vectors, data.primary_or_first, data.genres, seed=seed)
        looks = (appearance(material.looks, view.rows[found.labels == number], seed=seed) for number in range(found.k))
        return Clustered(view, found, tuple(looks))

    steps.progress.start(f"Clusters: {view.title}", 1)
    started = perf_counter()
    found = work()
    steps.seconds[f"Clusters: {view.title}"] = perf_counter() - started
    steps.progress.advance(1)
    return found


def _fit(data: LabelledVectors, seed: int) -> GenreModel:
    return fit_genre_model(data.vectors, data.targets, data.genres, data.groups, seed=seed, unseen=data.unseen)


def _mistakes(data: LabelledVectors, fitted: GenreModel) -> tuple[Mistake, ...]:
    answered = fitted.out_of_fold
    return top_losses(data, answered.rows, answered.prediction, TOP_LOSSES)


def _suspects(
    material: Material, fitted: GenreModel | None, fitted_frozen: GenreModel | None
) -> tuple[SuspectCover, ...]:
    """Each cover is judged by a model that was not trained on it: the live one where it can be, else the frozen one."""
    found, judged = [], np.zeros(len(material.labelled), np.bool_)
    for model, fit in ((material.live, fitted), (material.frozen, fitted_frozen)):
        if model is None or fit is None:
            continue
        answered = fit.out_of_fold
        fresh = np.flatnonzero(~judged[answered.rows])
        rows = answered.rows[fresh]
        judged[rows] = True
        suspects = likely_label_errors(
            answered.prediction[fresh], material.targets[material.labelled[rows]], material.genres
        )
        found += [SuspectCover(int(material.labelled[rows[suspect.row]]), suspect, model.name) for suspect in suspects]
    return tuple(sorted(found, key=lambda cover: -cover.suspect.margin))


def _learning(
    material: Material,
    live: LabelledVectors,
    frozen: LabelledVectors | None,
    fitted: GenreModel | None,
    fitted_frozen: GenreModel | None,
    seed: int,
    steps: _Steps,
) -> dict[str, LearningCurve]:
    asked = [(material.live.name, live, fitted)]
    if material.frozen is not None and frozen is not None:
        # The same covers are asked of both, so that the curves compare.
        asked.append((material.frozen.name, replace(frozen, unseen=live.unseen), fitted_frozen))
    found = {}
    for name, data, fit in asked:
        if fit is None:
            continue
        strength = fit.C
        curve = steps.run(
            f"Learning curve of {name}",
            lambda data=data, strength=strength: learning_curve(data, C=strength, seed=seed, progress=steps.progress),
            None,
        )
        if curve is not None:
            found[name] = curve
    return found


def _neighbours(data: LabelledVectors, fitted: GenreModel, seed: int) -> dict[str, tuple[CurvePoint, ...]]:
    return {
        "every neighbour's voice equal": neighbours_curve(data, seed=seed),
        "weighted as the vote does": neighbours_curve(data, seed=seed, settings=fitted.calibration.vote),
    }


def _explained(
    material: Material, live: LabelledVectors, fitted: GenreModel | None, seed: int, progress: Progress
) -> tuple[Explained, ...]:
    """Covers that the backbone has not seen, explained by a head that has not seen their groups either."""
    if fitted is None:
        return ()
    unseen = np.flatnonzero(live.unseen_or_all)
    generator = np.random.default_rng(seed)
    commonest = np.argsort(-live.targets[unseen].sum(axis=0), kind="stable")[:EXPLAINED_GENRES]
    chosen = [
        int(row)
        for column in sorted(commonest.tolist())
        for row in generator.permutation(unseen[live.primary_or_first[unseen] == column])[:EXPLAINED_A_GENRE]
    ]
    train = ~np.isin(live.groups, live.groups[chosen])
    head = fit_head(live.vectors[train], live.targets[train], live.genres, groups=live.groups[train], C=fitted.C).head
    progress.start("Hiding parts of covers", len(chosen))
    found = []
    for row in chosen:
        cover = material.covers[material.labelled[row]]
        progress.advance(1)
        try:
            pixels = fit_image(read(cover.path, material.limits), material.live.backbone, material.limits)
        except ImageRejectedError:
            continue
        occlusion = occlude(pixels, material.live.backbone, head)
        found.append(Explained(int(material.labelled[row]), cover.genres, occlusion))
    return tuple(found)
