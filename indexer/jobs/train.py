"""``sleeve train``: fine-tune a backbone on the catalogue's genres and artworks, and export it as a bundle."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.evaluation.labelled_catalogue import cover_groups, read_labelled_catalogue
from indexer.home import Home
from indexer.models.bundle import Bundle
from indexer.progress import Progress
from sleeve.errors import MissingExtraError

if TYPE_CHECKING:
    from indexer.training.loop import TrainingProgress
    from indexer.training.validation import ValidationScores


def train(
    home: Home,
    progress: Progress,
    *,
    name: str,
    architecture: str,
    weights: Path | None,
    epochs: int,
    seed: int,
    resume: bool,
    on_epoch: Callable[[int, int, "ValidationScores"], None],
) -> Bundle:
    """Fine-tune a backbone and write it to the home's bundles.

    Args:
        name: the new bundle's.
        architecture: ``efficientnet-lite0``, a timm name, or ``open_clip:MODEL/TAG-OR-FILE``.
        weights: a checkpoint file for a timm name.
        resume: go on from the last checkpoint of this name.
        on_epoch: is given the number of each epoch that ended, of how many, and what was measured then.

    Raises:
        MissingExtraError: the `train` extra is not installed.
        TrainingError: there is too little to learn from.
        BundleError: the name cannot be used, or the bundle in use is missing or damaged.
    """
    try:
        from indexer.training.freed_memory import keep_freed_memory
        from indexer.training.recipe import Recipe
        from indexer.training.run import train_bundle
        from indexer.training.samples import LabelledCover
        from indexer.training.tracking import MlflowTracker
    except ModuleNotFoundError as error:
        raise MissingExtraError("training", str(error.name), "train") from error

    folder = home.shelf.new_folder(name)
    catalogue = read_labelled_catalogue(home)
    found = catalogue.vectors
    groups = cover_groups(found)
    samples = [
        LabelledCover(path, genres, str(group), lines)
        for path, genres, group, lines in zip(found.paths, found.genres, groups.tolist(), catalogue.texts, strict=True)
    ]
    steps_reported = 0

    def report_step(step: "TrainingProgress") -> None:
        nonlocal steps_reported
        if step.scores is not None:
            on_epoch(step.epoch, step.epochs, step.scores)
        if steps_reported == 0:
            progress.start("Training", step.steps)
        progress.advance(step.step - steps_reported)
        steps_reported = step.step

    keep_freed_memory()
    return train_bundle(
        samples,
        Recipe(architecture=architecture, weights=str(weights or ""), epochs=epochs, seed=seed),
        folder,
        checkpoints=home.checkpoints_folder(name),
        name=name,
        trained_on=f"{len(samples)} covers of a catalogue, a fifth of them held back",
        tracker=MlflowTracker(home.mlflow_folder),
        resume=resume,
        progress=report_step,
    ).bundle
