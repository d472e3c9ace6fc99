"""A tower read at every depth: what a cover shows is in the last features, how it looks is in the ones before."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import torch
from torch import nn

_LEAST_VARIANCE = 1e-5

_read: ContextVar[list[torch.Tensor] | None] = ContextVar("read", default=None)
"""What the layers of the tower that runs in this thread have given so far; several may run at once."""


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
        for tap in taps:
            tap.register_forward_hook(_tap)
        for peak in peaks:
            peak.register_forward_hook(_peak)
        with torch.inference_mode():
            features, style = self.eval()(torch.zeros(1, 3, side_px, side_px))
        self.width, self.style_width = features.shape[1], style.shape[1]

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        styles: list[torch.Tensor] = []
        before = _read.set(styles)
        try:
            features = self.module(images)
        finally:
            _read.reset(before)
        return features, torch.cat(styles, dim=1) if styles else features[:, :0]

    def features_and_style(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``forward``; if no layer is tapped, the features are the style as well."""
        features, style = self.forward(images)
        return features, style if self.style_width else features


def _tap(_layer: nn.Module, _images: Any, output: torch.Tensor) -> None:
    places = _places_of(output)
    _keep(*(_Spread.apply(output, places) if output.requires_grad else _spread(output, places)))  # type: ignore[no-untyped-call]


def _peak(_layer: nn.Module, _images: Any, output: torch.Tensor) -> None:
    _keep(output.amax(_places_of(output)))


def _keep(*styles: torch.Tensor) -> None:
    read = _read.get()
    if read is not None:
        read.extend(styles)


def _places_of(output: torch.Tensor) -> tuple[int, ...]:
    return (2, 3) if output.ndim == 4 else (1,)


def _spread(output: torch.Tensor, places: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each channel; in float32, as the difference of two squares needs it."""
    output = output.float()
    mean = output.mean(places)
    variance = output.square().mean(places) - mean.square()
    return mean, variance.clamp_min(_LEAST_VARIANCE).sqrt()


class _Spread(torch.autograd.Function):
    """``_spread`` with its gradient in one step: a scale and a shift for each channel."""

    @staticmethod
    def forward(ctx: Any, output: torch.Tensor, places: tuple[int, ...]) -> Any:
        mean, deviation = _spread(output, places)
        ctx.save_for_backward(output, mean, deviation)
        ctx.places = places
        return mean, deviation

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        output, mean, deviation = ctx.saved_tensors
        of_mean, of_deviation = gradients
        count = 1
        for place in ctx.places:
            count *= output.shape[place]
        even = deviation.square() <= _LEAST_VARIANCE
        scale = (of_deviation / (count * deviation)).masked_fill(even, 0)
        shift = of_mean / count - scale * mean
        for place in ctx.places:
            scale, shift = scale.unsqueeze(place), shift.unsqueeze(place)
        return torch.addcmul(shift.to(output.dtype), output, scale.to(output.dtype)), None
