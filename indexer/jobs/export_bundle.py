"""``sleeve bundles export``: a bundle of a CLIP model, as it is."""

from indexer.home import Home
from indexer.models.bundle import Bundle
from indexer.progress import Progress
from sleeve.errors import MissingExtraError, TrainingError


def export_bundle(home: Home, progress: Progress, model: str, *, name: str) -> Bundle:
    """Write a CLIP model to the home's bundles, without training it.

    Args:
        model: ``open_clip:MODEL/TAG-OR-FILE``.
        name: the new bundle's.

    Raises:
        MissingExtraError: the `train` extra is not installed.
        TrainingError: there is no such model, or its weights cannot be downloaded.
        BundleError: the name cannot be used, or the bundle cannot be written.
    """
    folder = home.shelf.new_folder(name)
    try:
        from indexer.training.clip_bundle import export_open_clip
        from indexer.training.open_clip_models import OPEN_CLIP
    except ModuleNotFoundError as error:
        raise MissingExtraError("exporting", str(error.name), "train") from error
    if not model.startswith(OPEN_CLIP):
        raise TrainingError(f"{model} does not begin with {OPEN_CLIP}")
    progress.start("Exporting", 1)
    return export_open_clip(model.removeprefix(OPEN_CLIP), folder, bundle_name=name)
