"""``sleeve bundles add``: a bundle of a model that is published as ONNX."""

from pathlib import Path

from indexer.home import Home
from indexer.models.bundle import Bundle
from indexer.models.published import Preparation, add_published
from indexer.progress import Progress


def add_bundle(home: Home, progress: Progress, path: Path, *, name: str, preparation: Preparation | None) -> Bundle:
    """Write a published model to the home's bundles.

    Args:
        path: a folder with a CLIP or SigLIP model as Immich has them, or an image model alone.
        name: the new bundle's.
        preparation: how images are made ready for an image model alone; a folder says it itself.

    Raises:
        BundleError: the model or the name cannot be used, or the bundle cannot be written.
    """
    progress.start("Trying the model", 1)
    bundle = add_published(path, preparation, home.shelf.new_folder(name))
    progress.advance(1)
    return bundle
