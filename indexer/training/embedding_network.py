"""A tower with a trained projection: vectors in two parts, one that tells artworks apart and one that tells genres."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from indexer.training.architectures import Tower
from indexer.training.recipe import Recipe

GENRE_SCALE = 12.0
"""Length given to the unit-length genre part before the classifier, so that its logits can reach far enough."""


class EmbeddingNetwork(nn.Module):
    """(n, 3, s, s) → (n, artwork_dimension + genre_dimension), L2-normalised.

    Both parts have unit length before they are weighted, so the similarity of two covers is exactly
    share·(similarity of artworks) + (1 - share)·(similarity of genres).
    """

    def __init__(self, tower: Tower, recipe: Recipe, genre_count: int) -> None:
        super().__init__()
        self.tower = tower.module
        self.centre = nn.BatchNorm1d(tower.width, affine=False, momentum=0.05)
        self.artwork = nn.Linear(tower.width, recipe.artwork_dimension)
        self.genre = nn.Linear(tower.width, recipe.genre_dimension)
        self.classifier = nn.Linear(recipe.genre_dimension, genre_count)
        self.dropout = nn.Dropout(recipe.dropout)
        self.artwork_share = recipe.artwork_share
        self.train()

    def parts(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, artwork_dimension) and (n, genre_dimension), each row of unit length."""
        features = self.centre(self.tower(images))
        artwork = functional.normalize(self.artwork(features), dim=1)
        return artwork, functional.normalize(self.genre(self.dropout(features)), dim=1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        artwork, genre = self.parts(images)
        return torch.cat([artwork * self.artwork_share**0.5, genre * (1 - self.artwork_share) ** 0.5], dim=1)

    def logits(self, genre: torch.Tensor) -> torch.Tensor:
        """(n, g) from the genre part."""
        scores: torch.Tensor = self.classifier(GENRE_SCALE * genre)
        return scores

    def linear_head(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The classifier on whole vectors: (g, d) weights, (g,) biases; logits = vectors @ weights.T + biases."""
        weights = self.classifier.weight.detach().cpu().numpy() * (GENRE_SCALE / (1 - self.artwork_share) ** 0.5)
        blind = np.zeros((len(weights), self.artwork.out_features))
        return np.hstack([blind, weights]).astype(np.float32), self.classifier.bias.detach().cpu().numpy().copy()

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
            features: (n, width); with fewer rows than dimensions the projection keeps its random start.
        """
        mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-3
        self.centre.running_mean = torch.from_numpy(mean).to(self.artwork.weight.device)
        self.centre.running_var = torch.from_numpy(deviation**2).to(self.artwork.weight.device)
        if min(features.shape) <= max(self.artwork.out_features, self.genre.out_features):
            return
        _, spread, components = np.linalg.svd((features - mean) / deviation, full_matrices=False)
        for part in (self.artwork, self.genre):
            kept = spread[: part.out_features, None] / len(features) ** 0.5
            weights = components[: part.out_features] / np.sqrt(np.maximum(kept, 1e-3 * kept[0]))
            part.weight.copy_(torch.from_numpy(weights / (30 * weights.std())))
            part.bias.zero_()
