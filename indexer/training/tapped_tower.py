"""A tower read at every depth: what a cover shows is in the last features, how it looks is in the ones before."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

_LEAST_VARIANCE = 1e-5


class TappedTower(nn.Module):
    """(n, 3, s, s) → the tower's own features (n, width), and the style (n, style_width) of all tapped layers.

    The style is each channel's mean and standard deviation over a layer's places, layer after layer, which carry an
    image's look (Huang and Belongie, "Arbitrary style transfer in real-time with adaptive instance normalization",
    2017), and its largest value, which shows what is in one place only, such as a logo. A frozen
    EfficientNet-Lite0's separate genres far better than its last features do.

    Args:
        module: gives (n, width).
        taps: layers whose means and deviations are read; they give (n, channels, h, w), or (n, places, channels).
        peaks: layers whose largest values are read; one may be a tap as well.
        side_px: an image side that ``module`` takes.
    """

    def __init__(self, module: nn.Module, taps: Sequence[nn.Module], peaks: Sequence[nn.Module], side_px: int) -> None:
        super().__init__()
        self.module = module
        self._styles: list[torch.Tensor] = []
        for tap in taps:
            tap.register_forward_hook(self._tap)
        for peak in peaks:
            peak.register_forward_hook(self._peak)
        with torch.inference_mode():
            features, style = self.eval()(torch.zeros(1, 3, side_px, side_px))
        self.width, self.style_width = features.shape[1], style.shape[1]

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self._styles.clear()
        features = self.module(images)
        style = torch.cat(self._styles, dim=1) if self._styles else features[:, :0]
        self._styles.clear()
        return features, style

    def features_and_style(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``forward``; if no layer is tapped, the features are the style as well."""
        features, style = self.forward(images)
        return features, style if self.style_width else features

    def _tap(self, _layer: nn.Module, _images: Any, output: torch.Tensor) -> None:
        places = _places_of(output)
        mean = output.mean(places)
        variance = output.square().mean(places) - mean.square()
        self._styles += [mean, variance.clamp_min(_LEAST_VARIANCE).sqrt()]

    def _peak(self, _layer: nn.Module, _images: Any, output: torch.Tensor) -> None:
        self._styles.append(output.amax(_places_of(output)))


def _places_of(output: torch.Tensor) -> tuple[int, ...]:
    return (2, 3) if output.ndim == 4 else (1,)
