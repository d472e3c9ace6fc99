"""A bundle opened for queries: its backbone, its text tower, and the head and calibration shipped with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.genre.classifier import GenreClassifier, shipped_classifier
from indexer.models.backbone import Backbone, BackboneOnDemand, OpenVinoBackbone
from indexer.models.bundle import Bundle
from indexer.models.text_tower import TextTower, text_tower_of


@dataclass(frozen=True, slots=True)
class Model:
    """An opened bundle; ``text_tower`` is None if it reads no texts."""

    name: str
    backbone: Backbone
    text_tower: TextTower | None
    shipped: GenreClassifier
    genre_dimensions: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)


def open_model(bundle: Bundle, threads: int, *, on_demand: bool = False) -> Model:
    """Load and compile a bundle.

    Args:
        on_demand: its backbone only with the first image, which then raises what is wrong with it.

    Raises:
        BundleError: a file of it is damaged, or OpenVINO cannot run it.
    """
    return Model(
        bundle.manifest.name,
        (BackboneOnDemand if on_demand else OpenVinoBackbone)(bundle, threads),
        text_tower_of(bundle, threads),
        shipped_classifier(bundle),
        bundle.manifest.genre_dimensions,
        bundle.manifest.metrics,
    )
