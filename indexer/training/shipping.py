"""A trained network → a bundle; its head and calibration come later, see ``run.finish_bundle``."""

from pathlib import Path

from indexer.images.decoding import ResizeRule
from indexer.models.bundle import Bundle, Precision
from indexer.training.loop import TrainedModel
from indexer.training.onnx_bundle import export_backbone


def export_trained(model: TrainedModel, folder: Path, *, name: str, trained_on: str) -> Bundle:
    """Write the trained network as a bundle; see ``export_backbone``.

    Args:
        folder: does not exist yet.
        trained_on: what the covers were, in words.

    Raises:
        BundleError: the bundle cannot be written, or its vectors are not the network's.
    """
    return export_backbone(
        model.network,
        folder,
        name=name,
        input_size_px=model.tower.fixed_size_px or model.recipe.inference_size_px,
        mean=model.tower.mean,
        std=model.tower.std,
        resize=ResizeRule.SQUASH,
        precision=Precision.F32,
        genres=model.genres,
        metrics={},
        trained_on=trained_on,
        licence=model.tower.licence,
        genre_dimensions=model.network.genre_dimensions,
    )
