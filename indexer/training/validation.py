"""How good a network is on the covers held back from it, measured the same way after every epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from indexer.evaluation.metrics import in_top, mean
from indexer.genre.scoring import accuracy, confusion, macro_f1
from indexer.progress import chunks
from indexer.training.architectures import Tower
from indexer.training.distortions import distort
from indexer.training.embedding_network import EmbeddingNetwork
from indexer.training.hardware import Workers

PHOTO_QUERIES = 250

_IMAGES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class ValidationScores:
    """Shares of the validation covers, 0-1.

    Args:
        accuracy: the classifier's first genre is one of the cover's.
        top3: one of its first three is.
        macro_f1: mean F1 over the genres that validation has, or that were answered.
        photo_recall: a photo-like query finds its own cover first among the validation covers.
    """

    accuracy: float
    top3: float
    macro_f1: float
    photo_recall: float

    @property
    def overall(self) -> float:
        """What the best epoch is chosen by: genre and artwork count alike."""
        return (self.accuracy + self.photo_recall) / 2


def embed_parts(
    network: EmbeddingNetwork, tower: Tower, images: Sequence[Image.Image], size_px: int, workers: Workers
) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, artwork_dimension) and (n, genre_dimension) float32 on the CPU; the images are squeezed to ``size_px``."""
    network.eval()

    @torch.inference_mode()
    def embed(some: Sequence[Image.Image]) -> list[torch.Tensor]:
        pixels = np.stack([np.asarray(image.resize((size_px, size_px), Image.Resampling.BICUBIC)) for image in some])
        return [
            part.float().cpu() for part in network.parts(network.features(to_input(pixels, tower, _device(network))))
        ]

    artwork, genre = zip(*workers.map(embed, chunks(images, _IMAGES_AT_ONCE)), strict=True)
    return torch.cat(artwork), torch.cat(genre)


def to_input(images: NDArray[np.uint8], tower: Tower, device: torch.device) -> torch.Tensor:
    """(n, s, s, 3) uint8 → (n, 3, s, s) float32 in the tower's scale, channels last in memory."""
    mean, std = (torch.tensor(values, device=device) for values in (tower.mean, tower.std))
    pixels = torch.from_numpy(images).to(device).float().sub_(mean).div_(std)
    return pixels.permute(0, 3, 1, 2)


def validate(
    network: EmbeddingNetwork,
    tower: Tower,
    covers: Sequence[Image.Image],
    targets: NDArray[np.float32],
    size_px: int,
    workers: Workers,
) -> tuple[ValidationScores, NDArray[np.int64]]:
    """Scores over the validation covers, and their (g, g) confusion: rows are true genres, columns answers.

    Args:
        covers: the n validation covers.
        targets: (n, g) shares; a row of zeros has no genre and counts for artwork alone.
    """
    artwork, genre = embed_parts(network, tower, covers, size_px, workers)
    labelled = targets.any(axis=1)
    with torch.inference_mode():
        probabilities = network.logits(genre.to(_device(network))).float().softmax(1).cpu().numpy()[labelled]
    is_genre = targets[labelled] > 0
    table = confusion(probabilities.argmax(axis=1), is_genre)
    scores = ValidationScores(
        accuracy=accuracy(table),
        top3=mean(in_top(probabilities, is_genre)),
        macro_f1=macro_f1(table),
        photo_recall=_photo_recall(network, tower, covers, artwork, size_px, workers),
    )
    return scores, table[:, :-1].astype(np.int64)


def _photo_recall(
    network: EmbeddingNetwork,
    tower: Tower,
    covers: Sequence[Image.Image],
    artwork: torch.Tensor,
    size_px: int,
    workers: Workers,
) -> float:
    rows = np.arange(0, len(covers), max(1, len(covers) // PHOTO_QUERIES))
    photos = [distort(covers[row], "photo", str(row)) for row in rows.tolist()]
    queries, _ = embed_parts(network, tower, photos, size_px, workers)
    nearest = (queries @ artwork.T).argmax(1).numpy()
    return float((nearest == rows).mean())


def _device(network: EmbeddingNetwork) -> torch.device:
    return network.artwork.weight.device
