"""A bundle opened for queries: its backbone, its text tower, and the head and calibration shipped with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.genre.classifier import GenreClassifier, shipped_classifier
from indexer.models.backbone import Backbone, BackboneOnDemand, OpenVinoBackbone
from indexer.models.text_tower import TextTower, text_tower_of
from indexer.models.without_model import AnyBundle, BundleWithoutModel, no_model
from sleeve.errors import QueryError
from sleeve.vocabulary import Fingerprint


@dataclass(frozen=True, slots=True)
class NoBackbone:
    """What a bundle without a model has in place of a backbone: whose vectors they are, and of how many numbers."""

    fingerprint: Fingerprint
    dimension: int


@dataclass(frozen=True, slots=True)
class Model:
    """An opened bundle; ``text_tower`` is None if it reads no texts."""

    name: str
    backbone: Backbone | NoBackbone
    text_tower: TextTower | None
    shipped: GenreClassifier
    genre_dimensions: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)

    def require_backbone(self) -> Backbone:
        """What looks at images.

        Raises:
            QueryError: the bundle has no model.
        """
        if isinstance(self.backbone, NoBackbone):
            raise QueryError(no_model(self.name))
        return self.backbone


def open_model(bundle: AnyBundle, threads: int, *, on_demand: bool = False) -> Model:
    """Load and compile a bundle.

    Args:
        on_demand: its backbone only with the first image, which then raises what is wrong with it.

    Raises:
        BundleError: a file of it is damaged, or OpenVINO cannot run it.
    """
    backbone: Backbone | NoBackbone
    if isinstance(bundle, BundleWithoutModel):
        backbone = NoBackbone(bundle.fingerprint, bundle.manifest.dimension)
    else:
        backbone = (BackboneOnDemand if on_demand else OpenVinoBackbone)(bundle, threads)
    return Model(
        bundle.manifest.name,
        backbone,
        text_tower_of(bundle, threads),
        shipped_classifier(bundle),
        bundle.manifest.genre_dimensions,
        bundle.manifest.metrics,
    )
