"""Every analysis of a catalogue, and what each may count.

A model is measured only on covers that its backbone was not trained on. If the live bundle has seen some, questions
about genres as such are put to the frozen bundle, which has seen none, on all covers.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from indexer.analysis.clustering import Clustering, cluster
from indexer.analysis.learning_curve import CurvePoint, LearningCurve, learning_curve, neighbours_curve
from indexer.analysis.looks import Appearance, appearance
from indexer.analysis.mistakes import Mistake, top_losses
from indexer.analysis.projections import Projection, perplexities, project_tsne, project_umap
from indexer.analysis.separability import Separability, separability
from indexer.analysis.spoken import (
    Disagreements,
    TellingWord,
    TextAmount,
    disagreements,
    telling_words,
    text_amounts,
)
from indexer.evaluation import Baseline, EvaluationReport, cross_evaluate
from indexer.genre import LabelledVectors
from indexer.genre.fit import GenreModel, fit_genre_model
from indexer.progress import Progress
from indexer.report.judging import Explained, SuspectCover, explained_covers, suspect_covers
from indexer.report.material import Material, Model
from indexer.report.steps import Result, Steps
from indexer.report.views import View, views_of

LEAST_COVERS = 30
"""Fewer are neither drawn on a map nor clustered."""

TOP_LOSSES = 16

SHOWN_DISAGREEMENTS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """A view in clusters, and what each cluster looks like."""

    view: View
    clustering: Clustering
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """What covers say: how much, what speaks for which genre, and where text and picture disagree, whose rows are those
    of ``Material.labelled``."""

    amounts: tuple[TextAmount, ...]
    words: tuple[TellingWord, ...]
    disagreements: Disagreements


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """All results; a part that is missing is None or empty, and ``notes`` says why.

    Attributes:
        projections: of each model, of all measured covers; t-SNE by rising perplexity, then UMAP.
        separabilities: of each view that has two genres with covers enough.
        mistakes: rows are those of ``Material.labelled``.
        learning: model's name → curve.
        neighbours: how voices are weighed → curve.
        spoken: None if nobody has read covers, or too few say something.
        seconds: what each step took.
    """

    material: Material
    seed: int
    projections: tuple[tuple[Model, tuple[Projection, ...]], ...]
    clustered: tuple[Clustered, ...]
    separabilities: tuple[tuple[View, Separability], ...]
    evaluation: EvaluationReport | None
    fitted: GenreModel | None
    mistakes: tuple[Mistake, ...]
    suspects: tuple[SuspectCover, ...]
    learning: Mapping[str, LearningCurve]
    neighbours: Mapping[str, tuple[CurvePoint, ...]]
    explained: tuple[Explained, ...]
    spoken: Spoken | None
    notes: tuple[str, ...]
    seconds: Mapping[str, float]


def study(material: Material, *, seed: int, threads: int, progress: Progress) -> Study:
    """Run every analysis; the longest begin first."""
    steps, views, models = Steps(threads, progress), views_of(material), _models(material)
    data = {model.name: material.labelled_vectors(model) for model in models}
    live = data[material.live.name]
    baselines = [Baseline("frozen", data[model.name].vectors) for model in models if model is not material.live]
    evaluation = steps.add("Measures", partial(cross_evaluate, live, seed=seed, baselines=baselines))
    fits = {name: steps.add(f"Answers of {name}", partial(fit_genre_model, of, seed=seed)) for name, of in data.items()}
    apart = [
        (view, steps.add(f"Separability: {view.title}", partial(separability, view.data, seed=seed))) for view in views
    ]
    clustered = [
        steps.add(f"Clusters: {view.title}", partial(_clustered, view, material, seed))
        for view in views
        if len(view.data) >= LEAST_COVERS
    ]
    maps = {model.name: _maps(model, seed, steps) for model in models}
    learning = {
        # The same covers are asked of all models, so that the curves compare.
        name: steps.add(
            f"Learning curve of {name}", partial(_learning, replace(of, unseen=live.unseen), fits[name], seed)
        )
        for name, of in data.items()
    }
    own_fit = fits[material.live.name]
    neighbours = steps.add("Neighbours", lambda: _neighbours(live, own_fit.result(), seed))
    explained = steps.add("Explanations", lambda: _explained(material, own_fit.result(), seed))
    spoken = steps.add("Texts", lambda: _spoken(live, own_fit.result()))
    steps.run()
    fitted = own_fit.result()
    umaps = _umaps(models, seed, progress)
    return Study(
        material=material,
        seed=seed,
        projections=tuple(
            (model, (*_had(maps[model.name]), umaps[model.name])) for model in models if model.name in umaps
        ),
        clustered=_had(clustered),
        separabilities=tuple((view, found) for view, future in apart if (found := future.result()) and found.pairs),
        evaluation=evaluation.result(),
        fitted=fitted,
        mistakes=()
        if fitted is None
        else top_losses(live, fitted.out_of_fold.rows, fitted.out_of_fold.prediction, TOP_LOSSES),
        suspects=suspect_covers(material, tuple((model, fits[model.name].result()) for model in reversed(models))),
        learning={name: curve for name, future in learning.items() if (curve := future.result()) is not None},
        neighbours=neighbours.result() or {},
        explained=explained.result() or (),
        spoken=spoken.result(),
        notes=tuple(steps.notes),
        seconds=steps.seconds,
    )


def _models(material: Material) -> tuple[Model, ...]:
    return (material.live,) if material.frozen is None else (material.frozen, material.live)


def _had(futures: "Iterable[Future[Result | None]]") -> tuple[Result, ...]:
    return tuple(result for future in futures if (result := future.result()) is not None)


def _maps(model: Model, seed: int, steps: Steps) -> "list[Future[Projection | None]]":
    if len(model.vectors) < LEAST_COVERS:
        return []
    return [
        steps.add(
            f"t-SNE of {model.name}, perplexity {perplexity:g}",
            partial(project_tsne, model.vectors, perplexity, seed=seed),
        )
        for perplexity in perplexities(len(model.vectors))
    ]


def _umaps(models: tuple[Model, ...], seed: int, progress: Progress) -> dict[str, Projection]:
    # One after the other: the compiled code underneath must not be entered by two threads.
    found = {}
    drawn = [model for model in models if len(model.vectors) >= LEAST_COVERS]
    progress.start("UMAP", len(drawn))
    for model in drawn:
        found[model.name] = project_umap(model.vectors, seed=seed)
        progress.advance(1)
    return found


def _clustered(view: View, material: Material, seed: int) -> Clustered:
    data = view.data
    found = cluster(data.vectors, data.primary_or_first, data.genres, seed=seed)
    looks = (appearance(material.looks, view.rows[found.labels == number], seed=seed) for number in range(found.k))
    return Clustered(view, found, tuple(looks))


def _learning(data: LabelledVectors, fit: "Future[GenreModel | None]", seed: int) -> LearningCurve | None:
    fitted = fit.result()
    return None if fitted is None else learning_curve(data, C=fitted.C, seed=seed)


def _neighbours(
    data: LabelledVectors, fitted: GenreModel | None, seed: int
) -> dict[str, tuple[CurvePoint, ...]] | None:
    if fitted is None:
        return None
    return {
        "every voice equal": neighbours_curve(data, seed=seed),
        "weighed as the vote does": neighbours_curve(data, seed=seed, settings=fitted.calibration.vote),
    }


def _spoken(data: LabelledVectors, fitted: GenreModel | None) -> Spoken | None:
    if fitted is None or fitted.text is None:
        return None
    answered = fitted.out_of_fold
    apart = disagreements(data, answered.rows, answered.picture, answered.text, SHOWN_DISAGREEMENTS)
    return Spoken(text_amounts(data), telling_words(data, fitted.text), apart)


def _explained(material: Material, fitted: GenreModel | None, seed: int) -> tuple[Explained, ...] | None:
    return None if fitted is None else explained_covers(material, fitted, seed=seed)
