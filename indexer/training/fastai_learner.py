"""What fastai's ``vision_learner`` saved: its body and its head, built again without fastai.

``learn.save(...)`` and ``torch.save(learn.model.state_dict(), ...)`` write numbers by name. Names that begin with
``0.`` are the body: a network of torchvision's cut off after its features, or one of timm's without its classifier
(``0.model.``). Those with ``1.`` are the head, as ``create_head`` of ``fastai.vision.learner`` makes it: pooling, then
layers of normalisation, dropout and a product with weights. It may have any number of layers; their names say which.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import nn

from indexer.models.published import Triple
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import TrainingError, first_line

_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_AS_IS = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)

_NORMALISED = re.compile(r"alexnet|densenet\d+|resnet\d+|squeezenet1_\d|vgg\d+_bn")
"""torchvision's networks that ``vision_learner`` normalises images for, with pretrained weights; for others it has no
figures, and they get images as they are (``model_meta`` in ``fastai.vision.learner``, 2.8.12)."""

_BODY, _HEAD, _OF_TIMM = "0.", "1.", "0.model."

State = Mapping[str, torch.Tensor]


class _Hypers:
    """A stand-in for fastcore's list, in which an optimiser's settings are saved; they are not needed."""


_NUMPY_SCALAR = np.float64(0).__reduce__()[0]
"""What numpy makes a pickled number with."""

_OPTIMISER_SETTINGS: list[Any] = [
    (_Hypers, "fastcore.foundation.L"),
    (_NUMPY_SCALAR, "numpy._core.multiarray.scalar"),
    (_NUMPY_SCALAR, "numpy.core.multiarray.scalar"),
    np.dtype,
    np.dtypes.Float64DType,
    np.dtypes.Float32DType,
]
"""All that ``learn.save`` pickles besides tensors; anything else in a file is refused."""


class FastaiNetwork(nn.Module):
    """A learner's network: (n, 3, s, s) → the body's features, averaged over the image, (n, f); and logits (n, g).

    Args:
        body: gives (n, f, h, w), or (n, f) if the network pools.
        head: what ``vision_learner`` puts on it.
        mean, std: what ``vision_learner`` normalises images with for pretrained weights, as parts of 1.
    """

    def __init__(self, body: nn.Module, head: "_Head", mean: Triple, std: Triple) -> None:
        super().__init__()
        self.body, self.head = body, head
        self.mean, self.std = mean, std

    @property
    def classes(self) -> int:
        """How many logits it gives."""
        return self.head.classes

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both from one pass."""
        features = self.body(images)
        return (features.mean(dim=(2, 3)) if self.head.pools else features), self.head(features)


def load_fastai(path: Path, architecture: str) -> FastaiNetwork:
    """Read what a learner saved.

    Args:
        architecture: what ``vision_learner`` was called with: the name of a network of torchvision's or, if it was
            called with a string, of timm's.

    Raises:
        TrainingError: the file cannot be read, holds more than numbers, or is not of such a learner.
    """
    make_torchvision_importable()
    state = _state_of(path)
    body = {name.removeprefix(_BODY): value for name, value in state.items() if name.startswith(_BODY)}
    head = {name.removeprefix(_HEAD): value for name, value in state.items() if name.startswith(_HEAD)}
    if not body or not head or len(body) + len(head) != len(state):
        raise TrainingError(f"{path} does not hold a vision_learner's model: a body (0.) and a head (1.), nothing else")
    if any(name.startswith(_OF_TIMM) for name in state):
        made, pools, (mean, std) = _body_of_timm(architecture)
    else:
        made, pools, (mean, std) = _body_of_torchvision(architecture, body)
    _fill(made, body, f"{path} does not hold weights of {architecture}")
    return FastaiNetwork(made, _head(head, path, pools=pools), mean, std).eval()


def _state_of(path: Path) -> State:
    try:
        with torch.serialization.safe_globals(_OPTIMISER_SETTINGS):
            saved = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise TrainingError(
            f"{path} holds more than numbers, and Sleeve runs nothing from a file; write the numbers alone: "
            "torch.save(learn.model.state_dict(), 'weights.pth')"
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise TrainingError(f"{path} does not hold weights: {first_line(error)}") from error
    state = saved.get("model", saved) if isinstance(saved, dict) else saved
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise TrainingError(f"{path} does not hold weights by name")
    return state


def _body_of_timm(architecture: str) -> tuple[nn.Module, bool, tuple[Triple, Triple]]:
    import timm

    if not timm.is_model(architecture):
        raise TrainingError(f"the weights are of a network of timm's, and timm has no {architecture}")
    network: Any = timm.create_model(architecture, num_classes=0)
    pools = network.default_cfg.get("pool_size") is not None
    return _TimmBody(network, pools=pools), pools, (network.default_cfg["mean"], network.default_cfg["std"])


class _TimmBody(nn.Module):
    def __init__(self, network: Any, *, pools: bool) -> None:
        super().__init__()
        self.model = network
        self.pools = pools

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.model.forward_features(images) if self.pools else self.model(images)
        return features


def _body_of_torchvision(architecture: str, body: State) -> tuple[nn.Module, bool, tuple[Triple, Triple]]:
    from torchvision import models

    if architecture not in models.list_models(module=models):
        raise TrainingError(
            f"the weights are of a network of torchvision's, and torchvision has no {architecture} "
            "(networks of fastai's own, such as xresnet, cannot be exported)"
        )
    parts = list(models.get_model(architecture, weights=None).children())
    last = max((int(name.partition(".")[0]) for name in body if name.partition(".")[0].isdecimal()), default=0)
    return nn.Sequential(*parts[: last + 1]), True, normalised_with(architecture)


def normalised_with(architecture: str) -> tuple[Triple, Triple]:
    """Mean and deviation that ``vision_learner`` takes for a network of torchvision's with pretrained weights."""
    return _IMAGENET if _NORMALISED.fullmatch(architecture) else _AS_IS


def _head(state: State, path: Path, *, pools: bool) -> "_Head":
    """The head that has these numbers: after each product but the last comes a ReLU, before it what has a mean."""
    numbers = sorted({int(name.partition(".")[0]) for name in state if name.partition(".")[0].isdecimal()})
    weights = {number: state.get(f"{number}.weight", torch.empty(0)) for number in numbers}
    products = [number for number in numbers if weights[number].dim() == 2]
    if not products:
        raise TrainingError(f"{path}: the head is not one that vision_learner makes")
    layers: dict[str, nn.Module] = {}
    for number in numbers:
        if number in products:
            outs, ins = weights[number].shape
            layers[str(number)] = nn.Linear(ins, outs, bias=f"{number}.bias" in state)
            if number != products[-1]:
                layers[f"{number}_relu"] = nn.ReLU()
        else:
            layers[str(number)] = nn.BatchNorm1d(len(weights[number]))
    made = _Head(layers, classes=len(weights[products[-1]]), takes=weights[numbers[0]].shape[-1], pools=pools)
    _fill(made.layers, state, f"{path}: the head is not one that vision_learner makes")
    return made


class _Head(nn.Module):
    def __init__(self, layers: Mapping[str, nn.Module], *, classes: int, takes: int, pools: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(layers)
        self.classes, self.takes, self.pools = classes, takes, pools

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        if self.pools:
            features = self._pooled(features)
        for layer in self.layers.values():
            features = layer(features)
        return features

    def _pooled(self, features: torch.Tensor) -> torch.Tensor:
        """Averages alone, or largest values and averages, whichever the first layer takes."""
        averaged = features.mean(dim=(2, 3))
        if averaged.shape[1] == self.takes:
            return averaged
        return torch.cat([features.amax(dim=(2, 3)), averaged], dim=1)


def _fill(module: nn.Module, state: State, fault: str) -> None:
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise TrainingError(fault) from error
