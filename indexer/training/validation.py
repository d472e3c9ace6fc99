"""How good a network is on the covers held back from it, measured the same way after every epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from indexer.training.architectures import Tower
from indexer.training.distortions import distort
from indexer.training.embedding_network import EmbeddingNetwork

PHOTO_QUERIES = 250


@dataclass(frozen=True, slots=True)
class ValidationScores:
    """Shares of the validation covers, 0-1.

    Args:
        accuracy: the classifier's first genre is one of the cover's.
        top3: one of its first three is.
        macro_f1: mean F1 over the genres that validation has.
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


@torch.inference_mode()
def embed_parts(
    network: EmbeddingNetwork, tower: Tower, images: Sequence[Image.Image], size_px: int, batch: int = 16
) -> tuple[torch.Tensor, torch.Tensor]:
    """(n, artwork_dimension) and (n, genre_dimension) float32 on the CPU; the images are squeezed to ``size_px``."""
    network.eval()
    artwork, genre = [], []
    for start in range(0, len(images), batch):
        pixels = [image.resize((size_px, size_px), Image.Resampling.BICUBIC) for image in images[start : start + batch]]
        one, other = network.parts(to_input(np.stack([np.asarray(image) for image in pixels]), tower, _device(network)))
        artwork.append(one.float().cpu())
        genre.append(other.float().cpu())
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
    wanted: NDArray[np.float32],
    size_px: int,
) -> tuple[ValidationScores, NDArray[np.int64]]:
    """Scores over the validation covers, and their (g, g) confusion: rows are true genres, columns answers.

    Args:
        covers: the n validation covers.
        wanted: (n, g) targets; a row of zeros has no genre and counts for artwork alone.
    """
    artwork, genre = embed_parts(network, tower, covers, size_px)
    with torch.inference_mode():
        logits = network.logits(genre.to(_device(network))).float().cpu().numpy()
    step = max(1, len(covers) // PHOTO_QUERIES)
    asked = np.arange(0, len(covers), step)
    photos = [distort(covers[number], "photo", str(number)) for number in asked.tolist()]
    photo, _ = embed_parts(network, tower, photos, size_px)
    found = (photo @ artwork.T).argmax(1).numpy()
    labelled = wanted.sum(1) > 0
    table = confusion(logits[labelled], wanted[labelled])
    top3 = _top3(logits[labelled], wanted[labelled])
    accuracy = float(np.trace(table) / max(1, table.sum()))
    return ValidationScores(accuracy, top3, macro_f1(table), float((found == asked).mean())), table


def confusion(logits: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.int64]:
    """(g, g) counts from (n, g) logits; of several genres any is right, and a miss counts for the first column."""
    table = np.zeros((wanted.shape[1], wanted.shape[1]), np.int64)
    for answer, row in zip(logits.argmax(1), wanted, strict=True):
        table[answer if row[answer] > 0 else row.argmax(), answer] += 1
    return table


def macro_f1(table: NDArray[np.int64]) -> float:
    """Mean over the genres that have a cover of 2·hits / (answers + covers)."""
    covers, answers = table.sum(1), table.sum(0)
    present = covers > 0
    return float(np.mean(2 * np.diag(table)[present] / (covers + answers)[present])) if present.any() else 0.0


def _top3(logits: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    best = np.argsort(-logits, axis=1)[:, :3]
    return float((np.take_along_axis(wanted, best, axis=1) > 0).any(1).mean()) if len(logits) else 0.0


def _device(network: EmbeddingNetwork) -> torch.device:
    return network.artwork.weight.device
