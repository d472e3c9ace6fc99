"""``sleeve bundles export``: a bundle of a model that was trained elsewhere, as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.home import Home
from indexer.models.bundle import Bundle
from indexer.models.published import Triple
from indexer.progress import Progress
from sleeve.errors import MissingExtraError, TrainingError

FASTAI = "fastai:"
"""What the name of a fastai model begins with."""


@dataclass(frozen=True, slots=True)
class FastaiWeights:
    """What weights of fastai's do not say.

    Attributes:
        architecture: what ``vision_learner`` was called with.
        size_px: the side of its images.
        statistics: mean and deviation that they were normalised with, as parts of 1; None for those of
            ``vision_learner`` with pretrained weights.
        genres: its classes in their order (``learn.dls.vocab``); empty to leave its head out.
    """

    architecture: str
    size_px: int
    statistics: tuple[Triple, Triple] | None
    genres: Sequence[str]


def export_bundle(home: Home, progress: Progress, model: str, fastai: FastaiWeights | None, *, name: str) -> Bundle:
    """Write a model to the home's bundles, without training it.

    Args:
        model: ``open_clip:MODEL/TAG-OR-FILE``, or ``fastai:FILE``.
        fastai: of a model of fastai's, and only of such.
        name: the new bundle's.

    Raises:
        MissingExtraError: the `train` extra is not installed.
        TrainingError: there is no such model, or its weights cannot be had.
        BundleError: the name cannot be used, or the bundle cannot be written.
    """
    folder = home.shelf.new_folder(name)
    try:
        from indexer.training.clip_bundle import export_open_clip
        from indexer.training.fastai_bundle import export_fastai
        from indexer.training.open_clip_models import OPEN_CLIP
    except ModuleNotFoundError as error:
        raise MissingExtraError("exporting", str(error.name), "train") from error
    start = FASTAI if fastai else OPEN_CLIP
    if not model.startswith(start):
        raise TrainingError(f"{model} does not begin with {start}")
    progress.start("Exporting", 1)
    weights = model.removeprefix(start)
    if fastai is None:
        return export_open_clip(weights, folder, bundle_name=name)
    return export_fastai(
        Path(weights).expanduser(),
        folder,
        architecture=fastai.architecture,
        size_px=fastai.size_px,
        statistics=fastai.statistics,
        genres=fastai.genres,
        bundle_name=name,
    )
