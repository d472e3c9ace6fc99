"""A trained network → a bundle, with the classifier it was trained with as its head."""

from collections.abc import Mapping
from pathlib import Path

from indexer.bundle import Bundle, Precision
from indexer.decoding import ResizeRule
from indexer.training.export import export_backbone
from indexer.training.loop import TrainedModel


def export_trained(
    model: TrainedModel,
    folder: Path,
    *,
    name: str,
    trained_on: str,
    metrics: Mapping[str, float] | None = None,
    precision: Precision = Precision.F32,
    extra_files: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Write the trained network as a bundle; see ``export_backbone``.

    Args:
        folder: does not exist yet.
        trained_on: what the covers were, in words.
        metrics: measured on the validation side.
        extra_files: further files by name, such as a head and its calibration.

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
        precision=precision,
        genres=model.genres,
        metrics=metrics or {},
        trained_on=trained_on,
        licence=model.tower.licence,
        extra_files=extra_files or {},
    )
