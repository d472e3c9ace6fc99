"""``sleeve train``: learn genres from the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from db import genre_models
from db.errors import TrainingError
from service.assembly import Catalogue, open_catalogue
from service.bundle_shelf import new_folder
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import HeadDocument, TrainDocument
from service.cli.labelled import labelled


def train(
    context: typer.Context,
    head_only: Annotated[
        bool, typer.Option("--head-only", help="Fit the head and the vote to the labels; seconds, no PyTorch.")
    ] = False,
    architecture: Annotated[
        str, typer.Option(help="efficientnet-lite0, a timm name, or open_clip:MODEL/TAG-OR-FILE.")
    ] = "efficientnet-lite0",
    weights: Annotated[Path | None, typer.Option(help="A checkpoint file for a timm name.")] = None,
    epochs: Annotated[int, typer.Option(min=1, max=1000, help="Rounds over the covers.")] = 4,
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

        sleeve train --epochs 6 --name mine

        sleeve train --resume --epochs 6 --name mine
    """
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        if head_only:
            document = train_head(catalogue)
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
        say(f"Next: `sleeve bundles use {trained.name}` embeds the catalogue with it.")


def train_head(catalogue: Catalogue) -> HeadDocument:
    """Fit head, vote and calibration to the labels as they are, and let them answer.

    Raises:
        TrainingError: there are too few labels, or none.
    """
    from indexer.genre.fit import fit_genre_model
    from indexer.labelled_catalogue import labelled_covers

    found, record, _, bundle = labelled(catalogue)
    covers = labelled_covers(found, bundle)
    model = fit_genre_model(
        covers.vectors,
        covers.targets,
        covers.genres,
        covers.groups,
        seed=0,
        unseen=covers.unseen,
        genre_dimensions=covers.genre_dimensions,
    )
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
        from indexer.training.freed_memory import keep_freed_memory
        from indexer.training.loop import TrainingProgress
        from indexer.training.recipe import Recipe
        from indexer.training.run import train_bundle
        from indexer.training.samples import LabelledCover
        from indexer.training.tracking import MlflowTracker
    except ModuleNotFoundError as error:
        raise TrainingError(f"training needs {error.name}; install it with `pip install 'sleeve[train]'`") from error
    from indexer.labelled_catalogue import cover_groups

    folder = new_folder(catalogue.settings, name)
    found, _, _, _ = labelled(catalogue)
    groups = cover_groups(found)
    samples = [
        LabelledCover(path, genres, str(group))
        for path, genres, group in zip(found.paths, found.genres, groups.tolist(), strict=True)
    ]
    home, told = catalogue.settings.folder, 0

    def tell(progress: TrainingProgress) -> None:
        nonlocal told
        if progress.scores is not None:
            scores = progress.scores
            say(
                f"epoch {progress.epoch} of {progress.epochs}: accuracy {scores.accuracy:.3f}, "
                f"top 3 {scores.top3:.3f}, macro F1 {scores.macro_f1:.3f}; photos found {scores.photo_recall:.3f}"
            )
        if told == 0:
            bar.start("Training", progress.steps)
        bar.advance(progress.step - told)
        told = progress.step

    recipe = Recipe(architecture=architecture, weights=str(weights or ""), epochs=epochs, seed=seed)
    keep_freed_memory()
    trained = train_bundle(
        samples,
        recipe,
        folder,
        checkpoints=home / "training" / name,
        name=name,
        trained_on=f"{len(samples)} covers of a catalogue, a fifth of them held back",
        tracker=MlflowTracker(home / "mlflow"),
        resume=resume,
        progress=tell,
    )
    manifest = trained.bundle.manifest
    return TrainDocument(name=name, folder=str(trained.bundle.folder), metrics=dict(manifest.metrics))
