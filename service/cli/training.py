"""``sleeve train`` and ``sleeve evaluate``: learn genres from the catalogue, and measure how well."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from db import genre_models, vectors
from db.errors import TrainingError
from db.records import BundleRecord, LabelledVectors
from indexer.backbone import Backbone
from indexer.bundle import Bundle
from service.assembly import Catalogue, open_backbone, open_catalogue, register_bundle
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import HeadDocument, TrainDocument


def train(
    context: typer.Context,
    head_only: Annotated[
        bool, typer.Option("--head-only", help="Fit the head and the vote to the labels; seconds, no PyTorch.")
    ] = False,
    architecture: Annotated[
        str, typer.Option(help="efficientnet-lite0, a timm name, or open_clip:MODEL/TAG-OR-FILE.")
    ] = "efficientnet-lite0",
    weights: Annotated[Path | None, typer.Option(help="A checkpoint file for a timm name.")] = None,
    epochs: Annotated[int, typer.Option(min=1, max=1000, help="Rounds over the covers.")] = 16,
    name: Annotated[str, typer.Option(help="The new bundle's name.")] = "tuned",
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint of this name.")] = False,
    seed: Annotated[int, typer.Option(help="Of the split and of every random choice.")] = 0,
    json: Json = False,
) -> None:
    """Learn from the catalogue's genres.

    With --head-only the bundle stays: the linear head, the vote and their calibration are fitted to the labels as they
    are now and answer from then on. Without it a backbone is fine-tuned and exported as a new bundle (needs the
    `train` extra).

    Examples:

        sleeve train --head-only

        sleeve train --epochs 20 --name mine

        sleeve train --resume --epochs 20 --name mine
    """
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        if head_only:
            document = _train_head(catalogue)
            if json:
                answer_json(document)
            else:
                _tell_head(document)
            return
        trained = _train_bundle(catalogue, bar, architecture, weights, epochs, name, resume=resume, seed=seed)
    if json:
        answer_json(trained)
    else:
        answer(f"bundle {trained.name} is in {trained.folder}")
        say(f"Next: `SLEEVE_BUNDLE={trained.folder} sleeve index` embeds the catalogue with it.")


def evaluate(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="Of the folds and the bootstrap.")] = 0,
    json: Json = False,
) -> None:
    """Measure vote, head and prediction on covers whose artists and artworks were held out.

    Every labelled cover that the backbone has not been trained on is answered by a model fitted without its group.
    Beside them stand a majority guess and the nearest neighbour alone, intervals from 1,000 bootstraps, and how much a
    random split would have flattered.

    Example:

        sleeve evaluate --json > evaluation.json
    """
    from indexer.evaluation import cross_evaluate
    from indexer.labelled_catalogue import difference_hashes, labelled_covers

    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        found, _, _, bundle = _labelled(catalogue)
        hashes = difference_hashes(found.paths, catalogue.limits, threads=catalogue.threads, progress=bar)
        bar.start("Evaluating", 1)
        report = cross_evaluate(labelled_covers(found, bundle, hashes), seed=seed)
    if json:
        answer_json(report)
        return
    table = Table("", "accuracy", "95 %", "top 3", "macro F1", "calibration error", box=None, pad_edge=False)
    for method, scores in report.methods.items():
        interval = scores.accuracy_interval
        error = "" if scores.calibration_error is None else f"{scores.calibration_error:.3f}"
        span = f"{interval.low:.3f} to {interval.high:.3f}"
        table.add_row(method, f"{scores.accuracy:.3f}", span, f"{scores.top_3:.3f}", f"{scores.macro_f1:.3f}", error)
    answer(table)
    for warning in report.warnings:
        say(f"note: {warning}")


def _labelled(catalogue: Catalogue) -> tuple[LabelledVectors, BundleRecord, Backbone, Bundle]:
    backbone, bundle = open_backbone(catalogue)
    record = register_bundle(catalogue, backbone, bundle)
    with catalogue.database.reading() as session:
        found = vectors.labelled(session, record)
    if not any(found.genres):
        raise TrainingError("no embedded cover has a genre; `sleeve add` covers with genres, then `sleeve index`")
    return found, record, backbone, bundle


def _train_head(catalogue: Catalogue) -> HeadDocument:
    from indexer.genre.fit import fit_genre_model
    from indexer.labelled_catalogue import labelled_covers

    found, record, _, bundle = _labelled(catalogue)
    covers = labelled_covers(found, bundle)
    model = fit_genre_model(covers.vectors, covers.targets, covers.genres, covers.groups, seed=0, unseen=covers.unseen)
    with catalogue.database.writing() as session:
        genre_models.store(
            session,
            record,
            head=model.head.to_bytes(),
            calibration=model.calibration.to_bytes(),
            metrics=model.metrics,
        )
    return HeadDocument(
        bundle=record.name,
        covers=len(covers),
        genres=list(model.head.genres),
        left_out=list(model.left_out),
        metrics=dict(model.metrics),
    )


def _tell_head(document: HeadDocument) -> None:
    answer(f"the head knows {len(document.genres)} genres from {document.covers} covers; it answers from now on")
    if document.left_out:
        say(f"too few albums to learn: {', '.join(document.left_out)} (the vote knows them)")
    for name, value in document.metrics.items():
        say(f"  {name:28} {value:.3f}")


def _train_bundle(
    catalogue: Catalogue,
    bar: ProgressBar,
    architecture: str,
    weights: Path | None,
    epochs: int,
    name: str,
    *,
    resume: bool,
    seed: int,
) -> TrainDocument:
    try:
        from indexer.training.loop import TrainingProgress
        from indexer.training.recipe import Recipe
        from indexer.training.run import train_bundle
        from indexer.training.samples import LabelledCover
        from indexer.training.tracking import MlflowTracker
    except ModuleNotFoundError as error:
        raise TrainingError(f"training needs {error.name}; install it with `pip install 'sleeve[train]'`") from error
    from indexer.labelled_catalogue import cover_groups

    found, _, _, _ = _labelled(catalogue)
    groups = cover_groups(found)
    samples = [
        LabelledCover(path, genres, str(group))
        for path, genres, group in zip(found.paths, found.genres, groups.tolist(), strict=True)
    ]
    home = catalogue.settings.folder
    told = 0

    def tell(progress: TrainingProgress) -> None:
        nonlocal told
        if progress.scores is not None:
            say(f"epoch {progress.epoch}: {progress.scores}")
        if told == 0:
            bar.start("Training", progress.steps)
        bar.advance(progress.step - told)
        told = progress.step

    recipe = Recipe(architecture=architecture, weights=str(weights or ""), epochs=epochs, seed=seed)
    trained = train_bundle(
        samples,
        recipe,
        home / "bundles" / name,
        checkpoints=home / "training" / name,
        name=name,
        trained_on=f"{len(samples)} covers of a catalogue, a fifth of them held back",
        tracker=MlflowTracker(home / "mlflow"),
        resume=resume,
        progress=tell,
    )
    manifest = trained.bundle.manifest
    return TrainDocument(name=name, folder=str(trained.bundle.folder), metrics=dict(manifest.metrics))
