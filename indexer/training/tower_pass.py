"""A batch's way through the tower and back, in parts that need not wait for each other."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.training.architectures import Tower
from indexer.training.embedding_network import EmbeddingNetwork
from indexer.training.hardware import Hardware, Workers
from indexer.training.validation import to_input

_MOST_IMAGES = 16
"""In one part on a CPU: what is computed of more leaves its cache."""


class TowerPass:
    """Features of a batch, and the gradients of the tower's parameters from theirs.

    The losses compare all images of a batch, the tower sees each alone: so only the losses need the batch as a whole.

    Args:
        network: its tower keeps the statistics of its norms, so that images do not depend on those next to them.
        tower: its scale of pixels.
    """

    def __init__(self, network: EmbeddingNetwork, tower: Tower, hardware: Hardware, workers: Workers) -> None:
        self._network, self._tower, self._hardware, self._workers = network, tower, hardware, workers
        self._learning = [parameter for parameter in network.tower.parameters() if parameter.requires_grad]
        self._made: list[torch.Tensor] = []

    def features(self, images: NDArray[np.uint8]) -> torch.Tensor:
        """(n, s, s, 3) → (n, width + style_width) float32, whose gradient ``backward`` takes."""
        count = len(images)
        size = -(-count // self._workers.count)
        if self._hardware.device.type == "cpu":
            size = min(size, _MOST_IMAGES)
        self._made = list(self._workers.map(self._read, [images[at : at + size] for at in range(0, count, size)]))
        return torch.cat([part.detach() for part in self._made]).requires_grad_()

    def backward(self, gradient: torch.Tensor) -> None:
        """Give every parameter of the tower that learns its gradient; the parts are added in one order, always."""
        parts, self._made = self._made, []
        if not self._learning:
            return
        asked = list(zip(parts, torch.split(gradient, [len(part) for part in parts]), strict=True))
        first, *others = self._workers.map(self._gradients, asked)
        for parameter, *found in zip(self._learning, first, *others, strict=True):
            parameter.grad = None if found[0] is None else sum(found[1:], start=found[0])

    def _read(self, images: NDArray[np.uint8]) -> torch.Tensor:
        with self._hardware.forward():
            return self._network.features(to_input(images, self._tower, self._hardware.device)).float()

    def _gradients(self, asked: tuple[torch.Tensor, torch.Tensor]) -> Sequence[torch.Tensor | None]:
        features, gradient = asked
        return torch.autograd.grad([features], self._learning, [gradient], allow_unused=True)
