"""A tower with two projections: one separates artworks, one genres.

``EmbeddingNetwork`` is what is trained; ``ServedNetwork``, made of it and of the tower as it was before, is what
becomes a bundle.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from indexer.training.architectures import Tower
from indexer.training.genre_projection import GenreProjection
from indexer.training.principal_projection import PrincipalProjection
from indexer.training.recipe import Recipe
from indexer.training.tapped_tower import TappedTower

GENRE_SCALE = 12.0
"""Length given to the unit-length genre part before the classifier, so that its logits can reach far enough."""


class EmbeddingNetwork(nn.Module):
    """A tower with an artwork part and, to learn from while the tower is tuned, a genre part with its classifier.

    The artwork part reads the tower's last features, the genre part the style of every tapped layer as well.
    """

    def __init__(self, tower: Tower, recipe: Recipe, genre_count: int) -> None:
        super().__init__()
        self.tower = TappedTower(tower.module, tower.taps, (), tower.fixed_size_px or recipe.image_size_px)
        width = self.tower.width + self.tower.style_width
        self.centre = nn.BatchNorm1d(width, affine=False, momentum=0.05)
        self.artwork = nn.Linear(self.tower.width, recipe.artwork_dimension)
        self.genre = nn.Linear(width, recipe.genre_dimension)
        self.classifier = nn.Linear(recipe.genre_dimension, genre_count)
        self.dropout = nn.Dropout(recipe.dropout)
        self.train()

    def parts(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, artwork_dimension) and (n, genre_dimension) from ``features``, each row of unit length."""
        features = self.centre(features)
        return self.artwork_of(features), functional.normalize(self.genre(self.dropout(features)), dim=1)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """(n, width + style_width): the tower's features, then the style of its layers."""
        return torch.cat(self.tower(images), dim=1)

    def artwork_of(self, features: torch.Tensor) -> torch.Tensor:
        """(n, artwork_dimension), of unit length, from centred features."""
        return functional.normalize(self.artwork(features[:, : self.tower.width]), dim=1)

    def centred(self, features: torch.Tensor) -> torch.Tensor:
        """The tower's features (n, width) alone, without a style, centred as after training."""
        width = self.tower.width
        mean, variance = (self.centre.get_buffer(name)[:width] for name in ("running_mean", "running_var"))
        return functional.batch_norm(features, mean, variance, eps=self.centre.eps)

    def logits(self, genre: torch.Tensor) -> torch.Tensor:
        """(n, g) from the genre part."""
        scores: torch.Tensor = self.classifier(GENRE_SCALE * genre)
        return scores

    def train(self, mode: bool = True) -> "EmbeddingNetwork":
        """The tower's norms keep their ImageNet statistics: batches are small, and half of each is distorted."""
        super().train(mode)
        self.tower.eval()
        return self

    @torch.no_grad()
    def start_from(self, features: NDArray[np.float32]) -> None:
        """Standardise by these features, and let both parts begin as their principal components, half whitened.

        Features are positive and far from zero. Uncentred, every step of the projection moves all vectors the same
        way, and they collapse onto one. Half whitening (each component over the square root of its deviation) keeps
        common components from deciding every similarity (Jégou and Chum, "Negative evidences and co-occurences in
        image retrieval", 2012, whiten fully).

        Args:
            features: (n, width + style_width), of ``features``; with fewer rows than dimensions of a part, both keep
                their random start.
        """
        mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-3
        self.centre.running_mean = torch.from_numpy(mean).to(self.artwork.weight.device)
        self.centre.running_var = torch.from_numpy(deviation**2).to(self.artwork.weight.device)
        if min(features.shape) <= max(self.artwork.out_features, self.genre.out_features):
            return
        standard = (features - mean) / deviation
        for part in (self.artwork, self.genre):
            _, spread, components = np.linalg.svd(standard[:, : part.in_features], full_matrices=False)
            kept = spread[: part.out_features, None] / len(features) ** 0.5
            weights = components[: part.out_features] / np.sqrt(np.maximum(kept, 1e-3 * kept[0]))
            part.weight.copy_(torch.from_numpy(weights / (30 * weights.std())))
            part.bias.zero_()


class ServedNetwork(nn.Module):
    """(n, 3, s, s) → (n, a + p + g + 1), L2-normalised: the artwork part, then the genre part.

    The artwork part is what was learned of artworks, 1 long, and principal components of the features of the tower
    as it was before, ``principal_length`` long. The genre part is one number a genre and a constant as long as these
    are on average. Before the whole is normalised the artwork part is 1 long and the genre part ``genre_length``, in
    every vector; thanks to the constant a cover whose genre is plain still differs from one that could be anything.

    Args:
        trained: what learned to find artworks.
        untuned: the tower as it was before; principal components and style are read from it.
        principal: fitted to its features.
        genre: fitted to its style.
    """

    def __init__(
        self,
        trained: EmbeddingNetwork,
        untuned: TappedTower,
        principal: PrincipalProjection,
        genre: GenreProjection,
        recipe: Recipe,
    ) -> None:
        super().__init__()
        self.trained = trained
        self.untuned = untuned
        self.principal = _linear(principal.weights, principal.bias)
        self.genre = _linear(genre.weights, genre.bias)
        self.style_mean: torch.Tensor
        self.style_deviation: torch.Tensor
        self.register_buffer("style_mean", torch.from_numpy(genre.mean))
        self.register_buffer("style_deviation", torch.from_numpy(genre.deviation))
        self.principal_length, self.genre_length = recipe.principal_length, recipe.genre_length
        self.eval()

    @property
    def genre_dimensions(self) -> int:
        """How many of a vector's last components are its genre part."""
        return self.genre.out_features + 1

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features, _ = self.trained.tower(images)
        before, style = self.untuned.features_and_style(images)
        learned = self.trained.artwork_of(self.trained.centred(features))
        artwork = _side_by_side(learned, self.principal_length, functional.normalize(self.principal(before), dim=1))
        logits = self.genre((style - self.style_mean) / self.style_deviation)
        genre = functional.normalize(torch.cat([logits, torch.ones_like(logits[:, :1])], dim=1), dim=1)
        return _side_by_side(artwork, self.genre_length, genre)


def _linear(weights: NDArray[np.float32], bias: NDArray[np.float32]) -> nn.Linear:
    linear = nn.Linear(weights.shape[1], weights.shape[0])
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(weights))
        linear.bias.copy_(torch.from_numpy(bias))
    return linear


def _side_by_side(one: torch.Tensor, length: float, other: torch.Tensor) -> torch.Tensor:
    return functional.normalize(torch.cat([one, length * other], dim=1), dim=1)
