"""A tower read at every depth: what a cover shows is in the last features, how it looks is in the ones before."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

_LEAST_VARIANCE = 1e-5


class TappedTower(nn.Module):
    """(n, 3, s, s) → the tower's own features (n, width), and the style (n, style_width) of all tapped layers.

    The style is each channel's mean and standard deviation over a layer's places, layer after layer: the statistics
    that carry an image's style (Huang and Belongie, "Arbitrary style transfer in real-time with adaptive instance
    normalization", 2017). A frozen EfficientNet-Lite0's tell genres apart far better than its last features do.

    Args:
        module: gives (n, width).
        taps: layers inside it that give (n, channels, h, w), or (n, places, channels).
        side_px: an image side that ``module`` takes.
    """

    def __init__(self, module: nn.Module, taps: Sequence[nn.Module], side_px: int) -> None:
        super().__init__()
        self.module = module
        self._styles: list[torch.Tensor] = []
        for tap in taps:
            tap.register_forward_hook(self._tap)
        with torch.inference_mode():
            features, style = self.eval()(torch.zeros(1, 3, side_px, side_px))
        self.width, self.style_width = features.shape[1], style.shape[1]

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self._styles.clear()
        features = self.module(images)
        style = torch.cat(self._styles, dim=1) if self._styles else features[:, :0]
        self._styles.clear()
        return features, style

    def _tap(self, _layer: nn.Module, _images: Any, output: torch.Tensor) -> None:
        places = (2, 3) if output.ndim == 4 else (1,)
        mean = output.mean(places)
        variance = output.square().mean(places) - mean.square()
        self._styles += [mean, variance.clamp_min(_LEAST_VARIANCE).sqrt()]
