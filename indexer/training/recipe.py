"""Every choice of a training run in one record; the defaults suit a few thousand covers and a CPU."""

from dataclasses import dataclass, fields

from sleeve.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; a run is its samples, its recipe and nothing else.

    Args:
        architecture: ``efficientnet-lite0``, a name of timm's, or ``open_clip:`` and what ``load_open_clip`` takes.
        weights: a checkpoint file for a timm name; empty for random weights.
        frozen_stages: how many of the tower's first stages keep their weights.
        artwork_dimension: of what is learned of artworks.
        principal_dimension: of the rest of the artwork part: principal components of the features of the
            tower as it was before it was tuned.
        principal_length: of these; the learned ones' is 1.
        genre_length: of the genre part; the artwork part's is 1: what genre counts in a similarity.
        genre_dimension: of the genre part that is there while the tower is tuned.
        image_size_px: side of the training views; ``inference_size_px`` of what validation and the bundle see.
        learning_rate: peak, of the tower's last stage; each stage before it has ``stage_decay`` times its next one's.
        projection_learning_rate: peak, of the artwork part; ``genre_learning_rate`` of the genre part and classifier.
        photo_genre_weight: of a photo of a cover against the cover as it is, in the genre part.
        prior_strength: tau of the logit adjustment: 0 leaves common genres their advantage, 1 takes it all.
        patience_epochs: stop when this many epochs in a row brought no better validation score.
    """

    architecture: str = "efficientnet-lite0"
    weights: str = ""
    frozen_stages: int = 4
    artwork_dimension: int = 256
    principal_dimension: int = 192
    principal_length: float = 0.5
    genre_dimension: int = 128
    genre_length: float = 0.2
    epochs: int = 4
    image_size_px: int = 192
    inference_size_px: int = 256
    batch_covers: int = 32
    learning_rate: float = 1e-4
    projection_learning_rate: float = 3e-4
    genre_learning_rate: float = 1e-3
    stage_decay: float = 0.8
    weight_decay: float = 0.05
    warm_up_share: float = 0.15
    gradient_norm: float = 5.0
    dropout: float = 0.6
    label_smoothing: float = 0.1
    prior_strength: float = 0.5
    photo_genre_weight: float = 0.3
    neighbour_weight: float = 0.5
    neighbour_temperature: float = 0.1
    artwork_weight: float = 0.5
    artwork_temperature: float = 0.07
    queue_covers: int = 1024
    average_decay: float = 0.995
    validation_share: float = 0.2
    least_covers: int = 20
    patience_epochs: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        dimensions = ("artwork_dimension", "principal_dimension", "genre_dimension")
        sizes = (*dimensions, "principal_length", "genre_length", "image_size_px", "inference_size_px")
        rates = ("learning_rate", "projection_learning_rate", "genre_learning_rate")
        for name in (*sizes, *rates, "artwork_temperature", "neighbour_temperature", "epochs", "patience_epochs"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.batch_covers < 2:
            raise TrainingError(f"batch_covers must be 2 or more, not {self.batch_covers}")
        for field in fields(self):
            if field.name.endswith("_share") and not 0 < getattr(self, field.name) < 1:
                raise TrainingError(f"{field.name} must be between 0 and 1, not {getattr(self, field.name)}")
