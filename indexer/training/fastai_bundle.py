"""What fastai's ``vision_learner`` saved → a bundle that finds by the body and predicts as the head does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from indexer.genre.head import LinearHead
from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.bundle import HEAD_FILE, Bundle, Precision
from indexer.models.published import Triple, of_255
from indexer.training.fastai_learner import FastaiNetwork, load_fastai
from indexer.training.onnx_bundle import export_backbone
from sleeve.errors import TrainingError, first_line

_GENRE_LENGTH = 0.2
"""Of the genre part, where the rest is 1 long; as in ``sleeve-lite0``."""

_LONGEST_LOGITS = 32.0
"""Centred logits that are longer are cut to this length; the likeliest class is all but certain by then."""


def export_fastai(
    path: Path,
    folder: Path,
    *,
    architecture: str,
    size_px: int,
    statistics: tuple[Triple, Triple] | None,
    genres: Sequence[str],
    bundle_name: str,
) -> Bundle:
    """Write a learner's network as it is, its vectors proved to be PyTorch's.

    A vector is the body's features, averaged over the image. With the names of the classes, the logits are its genre
    part, and the bundle's head gives the probabilities of the learner's own head.

    Args:
        path, architecture: see ``load_fastai``.
        folder: does not exist yet.
        size_px: the side that the learner's images had.
        statistics: mean and deviation that its images were normalised with, as parts of 1; None for those of
            ``vision_learner`` with pretrained weights.
        genres: the classes in the learner's order (``learn.dls.vocab``); empty to leave the head out.

    Raises:
        TrainingError: see ``load_fastai``; or there are not as many genres as classes.
        BundleError: the bundle cannot be written, or its vectors are not the network's.
    """
    network = load_fastai(path, architecture)
    if genres and len(genres) != network.classes:
        raise TrainingError(f"{path} knows {network.classes} classes, and {len(genres)} genres are named")
    mean, std = statistics or (network.mean, network.std)
    width = _width(network, size_px)
    return export_backbone(
        _Tower(network, knows_genres=bool(genres)),
        folder,
        name=bundle_name,
        input_size_px=size_px,
        mean=of_255(mean),
        std=of_255(std),
        resize=ResizeRule.CROP,
        interpolation=Interpolation.BILINEAR,
        precision=Precision.F32,
        genres=genres,
        metrics={},
        trained_on=f"nothing of this catalogue: fastai's {architecture} with the weights {path.name}",
        licence=f"that of {path.name}",
        genre_dimensions=len(genres) + 1 if genres else 0,
        extra_files={HEAD_FILE: _head_of(genres, width).to_bytes()} if genres else {},
    )


def _width(network: FastaiNetwork, size_px: int) -> int:
    try:
        with torch.inference_mode():
            return int(network(torch.zeros(1, 3, size_px, size_px))[0].shape[1])
    except (RuntimeError, AssertionError) as error:
        raise TrainingError(f"the network does not take images of {size_px} px: {first_line(error)}") from error


class _Tower(nn.Module):
    """(n, 3, s, s) → (n, f), or (n, f + g + 1): features, then centred logits and what makes these equally long."""

    def __init__(self, network: FastaiNetwork, *, knows_genres: bool) -> None:
        super().__init__()
        self.network = network
        self.knows_genres = knows_genres

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features, logits = self.network(images)
        features = functional.normalize(features, dim=1)
        if not self.knows_genres:
            return features
        centred = (logits - logits.mean(dim=1, keepdim=True)) / _LONGEST_LOGITS
        centred = centred / centred.norm(dim=1, keepdim=True).clamp(min=1)
        rest = (1 - centred.square().sum(dim=1, keepdim=True)).clamp(min=0).sqrt()
        return torch.cat([features, _GENRE_LENGTH * centred, _GENRE_LENGTH * rest], dim=1)


def _head_of(genres: Sequence[str], features: int) -> LinearHead:
    """What takes the logits out of a vector, which the backbone made 1 long."""
    weights = np.zeros((len(genres), features + len(genres) + 1), dtype=np.float32)
    as_long_as_before = (1 + _GENRE_LENGTH**2) ** 0.5
    weights[:, features:-1] = np.eye(len(genres)) * _LONGEST_LOGITS * as_long_as_before / _GENRE_LENGTH
    return LinearHead(tuple(genres), weights, np.zeros(len(genres), dtype=np.float32))
