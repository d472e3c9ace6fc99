"""``sleeve evaluate``: measure genres and neighbours on covers that nothing was fitted to."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation import ArtworkQueries, Baseline, EvaluationReport, Photos, cross_evaluate
from indexer.evaluation.labelled_catalogue import (
    LabelledCatalogue,
    difference_hashes,
    embed_files,
    labelled_covers,
    read_labelled_catalogue,
    unseen_by,
)
from indexer.home import Home
from indexer.models.shelf import FROZEN_BUNDLE
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress

SHOWN_QUERIES = 250
"""Covers asked with in each changed view: enough for an error of 3 points."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The measures, and the baselines that were left out with the reason."""

    report: EvaluationReport
    notes: tuple[str, ...]


def evaluate(home: Home, progress: Progress, *, baselines: bool = False, seed: int = 0) -> Evaluated:
    """Measure vote, head, text opinion and prediction on covers whose artists and artworks were held out.

    Args:
        baselines: measure frozen ImageNet features and their logits as well.
        seed: of the folds and the bootstrap.

    Raises:
        TrainingError: there are too few labels, or none.
        BundleError: the bundle is missing or damaged.
    """
    catalogue = read_labelled_catalogue(home)
    hashes = difference_hashes(catalogue.vectors.paths, threads=home.threads, progress=progress)
    covers = labelled_covers(catalogue, hashes)
    compared, notes = _baselines(home, catalogue, progress) if baselines else ([], ())
    views = _changed_views(home, catalogue, progress)
    photos = _photos(home, catalogue, progress)
    progress.start("Evaluating", 1)
    return Evaluated(cross_evaluate(covers, seed=seed, baselines=compared, artworks=views, photos=photos), notes)


def _photos(home: Home, catalogue: LabelledCatalogue, progress: Progress) -> Photos:
    """Of covers with a genre that the backbone has not seen; rows as ``labelled_covers`` has them."""
    from indexer.training.photographed_covers import photographed_covers

    found = catalogue.vectors
    labelled = [row for row, genres in enumerate(found.genres) if genres]
    unseen = np.flatnonzero(unseen_by(catalogue.bundle, [found.content_hashes[row] for row in labelled]))
    asked = np.sort(np.random.default_rng(0).permutation(unseen)[:SHOWN_QUERIES])
    read_text = home.reader().read if any(catalogue.texts) else None
    paths = [found.paths[row] for row in labelled]
    return photographed_covers(paths, asked, home.backbone(catalogue.bundle), read_text, progress)


def _baselines(home: Home, catalogue: LabelledCatalogue, progress: Progress) -> tuple[list[Baseline], tuple[str, ...]]:
    found = catalogue.vectors
    paths = [path for path, genres in zip(found.paths, found.genres, strict=True) if genres]
    frozen = _embedded(home, paths, home.shelf.named(FROZEN_BUNDLE), progress)
    try:
        from indexer.training.imagenet_weights import export_logits
    except ModuleNotFoundError:
        note = "the baseline of ImageNet logits is left out; it needs the `train` extra (`make dev`)"
        return [Baseline("frozen", frozen)], (note,)
    with TemporaryDirectory() as aside:
        logits = _embedded(home, paths, export_logits(Path(aside) / "logits"), progress)
    return [Baseline("frozen", frozen), Baseline("logits", logits, fitted=False)], ()


def _embedded(home: Home, paths: list[Path], bundle: AnyBundle, progress: Progress) -> NDArray[np.float32]:
    return embed_files(paths, home.backbone(bundle), threads=home.threads, progress=progress)


def _changed_views(home: Home, catalogue: LabelledCatalogue, progress: Progress) -> list[ArtworkQueries]:
    from indexer.training.changed_views import changed_views

    found = catalogue.vectors
    unseen = np.flatnonzero(unseen_by(catalogue.bundle, found.content_hashes))
    queries = np.sort(np.random.default_rng(0).permutation(unseen)[:SHOWN_QUERIES])
    return changed_views(found.paths, queries, found.vectors, home.backbone(catalogue.bundle), progress)
