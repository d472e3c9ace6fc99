"""``sleeve evaluate``: measure genres and neighbours on covers that nothing was fitted to."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from db.records import LabelledVectors
from indexer.backbone import Backbone, OpenVinoBackbone
from indexer.bundle import Bundle
from service.assembly import Catalogue, open_catalogue
from service.bundle_shelf import bundle_named
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.labelled import labelled

if TYPE_CHECKING:
    from indexer.evaluation import ArtworkQueries, Baseline, EvaluationReport

FROZEN_BUNDLE = "efficientnet-lite0-imagenet"

SHOWN_QUERIES = 250
"""Covers shown in each changed view: enough for an error of 3 points."""


def evaluate(
    context: typer.Context,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Measure frozen ImageNet features and their logits beside it.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the folds and the bootstrap.")] = 0,
    json: Json = False,
) -> None:
    """Measure vote, head and prediction on covers whose artists and artworks were held out.

    Every labelled cover that the backbone has not been trained on is answered by a model fitted without its group.
    Beside them stand a majority guess and the nearest neighbour alone, intervals from 1,000 bootstraps, how much a
    random split would have flattered, and how often a cropped, worn or photographed cover finds itself. With
    --baselines every labelled cover is embedded twice more; the logits need the `train` extra.

    Examples:

        sleeve evaluate

        sleeve evaluate --baselines --json > evaluation.json
    """
    from indexer.evaluation import cross_evaluate
    from indexer.labelled_catalogue import difference_hashes, labelled_covers

    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        found, _, backbone, bundle = labelled(catalogue)
        hashes = difference_hashes(found.paths, catalogue.limits, threads=catalogue.threads, progress=bar)
        covers = labelled_covers(found, bundle, hashes)
        beside = _baselines(catalogue, found, bar) if baselines else []
        views = _changed_views(catalogue, found, backbone, bundle, bar)
        bar.start("Evaluating", 1)
        report = cross_evaluate(covers, seed=seed, baselines=beside, artworks=views)
    if json:
        answer_json(report)
    else:
        _tell(report)


def _baselines(catalogue: Catalogue, found: LabelledVectors, bar: ProgressBar) -> "list[Baseline]":
    from indexer.evaluation import Baseline

    paths = [path for path, genres in zip(found.paths, found.genres, strict=True) if genres]
    frozen = _embedded(catalogue, paths, bundle_named(catalogue.settings, FROZEN_BUNDLE), bar)
    try:
        from indexer.training.imagenet_weights import export_logits
    except ModuleNotFoundError:
        say("note: the baseline of ImageNet logits is left out; it needs `pip install 'sleeve[train]'`")
        return [Baseline("frozen", frozen)]
    with TemporaryDirectory() as aside:
        logits = _embedded(catalogue, paths, export_logits(Path(aside) / "logits"), bar)
    return [Baseline("frozen", frozen), Baseline("logits", logits, fitted=False)]


def _embedded(catalogue: Catalogue, paths: list[Path], bundle: Bundle, bar: ProgressBar) -> np.ndarray:
    from indexer.labelled_catalogue import embed_files

    backbone = OpenVinoBackbone(bundle, threads=catalogue.threads)
    return embed_files(paths, backbone, catalogue.limits, threads=catalogue.threads, progress=bar)


def _changed_views(
    catalogue: Catalogue, found: LabelledVectors, backbone: Backbone, bundle: Bundle, bar: ProgressBar
) -> "list[ArtworkQueries]":
    from indexer.labelled_catalogue import unseen_by
    from indexer.training.changed_views import changed_views

    unseen = np.flatnonzero(unseen_by(bundle, found.content_hashes))
    asked = np.sort(np.random.default_rng(0).permutation(unseen)[:SHOWN_QUERIES])
    return changed_views(found.paths, asked, found.vectors, backbone, catalogue.limits, bar)


def _tell(report: "EvaluationReport") -> None:
    genres = Table("genres", "accuracy", "95 %", "top 3", "macro F1", "calibration error", box=None, pad_edge=False)
    for method, scores in report.methods.items():
        interval = scores.accuracy_interval
        error = "" if scores.calibration_error is None else f"{scores.calibration_error:.3f}"
        span = f"{interval.low:.3f} to {interval.high:.3f}"
        genres.add_row(method, f"{scores.accuracy:.3f}", span, f"{scores.top_3:.3f}", f"{scores.macro_f1:.3f}", error)
    answer(genres)
    answer("")
    views = Table("a changed cover finds itself", "first", "in 5", "covers", box=None, pad_edge=False)
    for kind, found in report.artwork_retrieval.items():
        views.add_row(kind, f"{found.recall_at_1:.3f}", f"{found.recall_at_5:.3f}", str(found.queries))
    answer(views)
    for warning in report.warnings:
        say(f"note: {warning}")
