"""One training run from covers to a bundle: fine-tune, export, fit the genre model to the new vectors, write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from indexer.evaluation.labelled_catalogue import SEEN_FILE, embed_files, seen_list
from indexer.genre import LabelledVectors, count_texts, membership
from indexer.genre.fit import GenreModel, fit_genre_model
from indexer.images.decoding import read
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import (
    CALIBRATION_FILE,
    HEAD_FILE,
    MODEL_FILE,
    TEXT_OPINION_FILE,
    Bundle,
    BundleDescription,
    write_bundle,
)
from indexer.progress import Silent
from indexer.training.bundle_text import without_names
from indexer.training.loop import TrainingProgress, fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover
from indexer.training.shipping import export_trained
from indexer.training.tracking import Tracker
from sleeve.vocabulary import ContentHash


@dataclass(frozen=True, slots=True)
class TrainedBundle:
    """A finished bundle and the genre model in it."""

    bundle: Bundle
    genre_model: GenreModel


def train_bundle(
    samples: Sequence[LabelledCover],
    recipe: Recipe,
    folder: Path,
    *,
    checkpoints: Path,
    name: str,
    trained_on: str,
    tracker: Tracker,
    resume: bool = False,
    progress: Callable[[TrainingProgress], None] | None = None,
) -> TrainedBundle:
    """Fine-tune a backbone on covers and write it as a bundle with head, text opinion, calibration and seen covers.

    Raises:
        TrainingError: the covers, the recipe or the checkpoint do not allow it.
        BundleError: ``folder`` exists, cannot be written, or the exported vectors are not the network's.
    """
    with tracker.run(name), TemporaryDirectory() as aside:
        model = fine_tune(samples, recipe, folder=checkpoints, resume=resume, progress=progress, tracker=tracker)
        exported = export_trained(model, Path(aside) / "exported", name=name, trained_on=trained_on)
        finished = finish_bundle(exported, samples, model.split.validation, folder)
        tracker.metrics(finished.bundle.manifest.metrics, model.epochs)
        tracker.files(folder, "bundle")
    return finished


def finish_bundle(
    exported: Bundle, samples: Sequence[LabelledCover], unseen: Sequence[int], folder: Path
) -> TrainedBundle:
    """Fit head, vote, text opinion and calibration to the vectors of an exported backbone, and to texts if there are
    any, and write all of it as a bundle.

    Args:
        unseen: the positions of the samples that the backbone was not trained on; only they are measured.
        folder: does not exist yet.

    Raises:
        TrainingError: too few of the unseen covers have a genre.
        BundleError: the bundle cannot be written.
    """
    held_out = np.zeros(len(samples), dtype=np.bool_)
    held_out[list(unseen)] = True
    paths = [sample.path for sample in samples]
    vectors = embed_files(paths, OpenVinoBackbone(exported), threads=1, progress=Silent())
    genres = exported.manifest.genres
    groups = np.unique([sample.group for sample in samples], return_inverse=True)[1]
    targets = membership([sample.genres for sample in samples], genres)
    labelled = np.flatnonzero(targets.any(axis=1))
    covers = LabelledVectors(
        vectors[labelled],
        targets[labelled],
        genres,
        groups[labelled],
        unseen=held_out[labelled],
        genre_dimensions=exported.manifest.genre_dimensions,
        texts=count_texts(lines) if any(lines := [samples[row].lines for row in labelled.tolist()]) else None,
    )
    model = fit_genre_model(without_names(covers), seed=0)
    seen = [ContentHash(sha256(read(path)).hexdigest()) for path, out in zip(paths, held_out, strict=True) if not out]
    description = exported.manifest.model_dump(include=set(BundleDescription.model_fields))
    description["genres"] = model.head.genres
    description["metrics"] = {**exported.manifest.metrics, **model.metrics}
    bundle = write_bundle(
        folder,
        BundleDescription(**description),
        {
            MODEL_FILE: exported.read(MODEL_FILE),
            HEAD_FILE: model.head.to_bytes(),
            CALIBRATION_FILE: model.calibration.to_bytes(),
            SEEN_FILE: seen_list(seen),
            **({} if model.text is None else {TEXT_OPINION_FILE: model.text.to_bytes()}),
        },
    )
    return TrainedBundle(bundle, model)
