"""What fastai's learner saved leaves as a bundle that sees and predicts as the learner does.

The networks are made here as fastai 2.8.12 makes them, so that fastai need not be installed; ``test_with_fastai.py``
does the same with fastai itself.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from indexer.genre.head import LinearHead
from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import HEAD_FILE, Bundle
from indexer.models.preparing import fit_image
from indexer.training.fastai_bundle import export_fastai
from indexer.training.fastai_learner import normalised_with
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import TrainingError

SIZE_PX, SIZE_OF_VIT_PX = 64, 160
GENRES = ("jazz", "metal", "rock")
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
AS_IS = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


class MaxAndAverage(nn.Module):
    """fastai's ``AdaptiveConcatPool2d``."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        pooled = [nn.AdaptiveMaxPool2d(1)(features), nn.AdaptiveAvgPool2d(1)(features)]
        return torch.cat(pooled, dim=1)


class TimmBody(nn.Module):
    def __init__(self, architecture: str) -> None:
        import timm

        super().__init__()
        self.model: Any = timm.create_model(architecture, num_classes=0)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        pools = self.model.default_cfg.get("pool_size") is not None
        features: torch.Tensor = self.model.forward_features(images) if pools else self.model(images)
        return features


def head(width: int, *pooling: nn.Module) -> nn.Sequential:
    """What ``create_head`` makes by default, with so many features coming in."""
    return nn.Sequential(
        *pooling,
        nn.BatchNorm1d(width),
        nn.Dropout(0.25),
        nn.Linear(width, 512, bias=False),
        nn.ReLU(),
        nn.BatchNorm1d(512),
        nn.Dropout(0.5),
        nn.Linear(512, len(GENRES), bias=False),
    )


def of_torchvision(architecture: str, width: int) -> nn.Sequential:
    from torchvision import models

    parts = list(models.get_model(architecture, weights=None).children())
    return nn.Sequential(nn.Sequential(*parts[:-1]), head(2 * width, MaxAndAverage(), nn.Flatten()))


def _squeezenet() -> nn.Sequential:
    return of_torchvision("squeezenet1_1", 512)


def _timm_resnet() -> nn.Sequential:
    return nn.Sequential(TimmBody("test_resnet"), head(192, MaxAndAverage(), nn.Flatten()))


def _timm_resnet_averaging() -> nn.Sequential:
    return nn.Sequential(TimmBody("test_resnet"), head(96, nn.AdaptiveAvgPool2d(1), nn.Flatten()))


def _timm_efficientnet_shallow() -> nn.Sequential:
    shallow = nn.Sequential(MaxAndAverage(), nn.Flatten(), nn.Linear(512, len(GENRES)))
    return nn.Sequential(TimmBody("test_efficientnet"), shallow)


def _timm_vit() -> nn.Sequential:
    """It pools itself."""
    return nn.Sequential(TimmBody("test_vit"), head(64))


@pytest.fixture(scope="module", autouse=True)
def _torchvision() -> None:
    make_torchvision_importable()


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Wide and tall ones with detail finer than a network's pixels, where filters differ."""
    rng = np.random.default_rng(3)
    paths = []
    for number in range(6):
        noise = rng.integers(0, 256, (110 + 30 * number, 150, 3), dtype=np.uint8)
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(noise).save(paths[-1])
    return paths


def seen(
    network: nn.Sequential, paths: list[Path], size_px: int, mean: Any, std: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Average features and probabilities, prepared as fastai's ``Resize`` and ``Normalize`` do it."""
    images = []
    for path in paths:
        image = Image.open(path)
        side = min(image.size)
        left, top = int(0.5 * (image.width - side)), int(0.5 * (image.height - side))
        square = image.crop((left, top, left + side, top + side)).resize((size_px, size_px), Image.Resampling.BILINEAR)
        images.append((np.asarray(square) / np.float32(255) - np.float32(mean)) / np.float32(std))
    given = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
    with torch.inference_mode():
        features = network[0](given)
        averaged = features.mean(dim=(2, 3)) if features.dim() == 4 else features
        return averaged.numpy(), network[1](features).softmax(dim=1).numpy()


def with_statistics(network: nn.Sequential, size_px: int) -> nn.Sequential:
    """The network with norms that are no longer as they began."""
    torch.manual_seed(1)
    network.train()
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(8, 3, size_px, size_px) * 2 - 1)
    return network.eval()


def saved(network: nn.Module, path: Path) -> Path:
    torch.save(network.state_dict(), path)
    return path


def export(path: Path, folder: Path, architecture: str, genres: tuple[str, ...] = GENRES, **said: Any) -> Bundle:
    return export_fastai(
        path,
        folder,
        architecture=architecture,
        size_px=said.get("size_px", SIZE_PX),
        statistics=said.get("statistics"),
        genres=genres,
        bundle_name="ours",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "architecture", "width", "size_px", "statistics"),
    [
        (_squeezenet, "squeezenet1_1", 512, SIZE_PX, IMAGENET),
        (_timm_resnet, "test_resnet", 96, SIZE_PX, HALF),
        (_timm_resnet_averaging, "test_resnet", 96, SIZE_PX, HALF),
        (_timm_vit, "test_vit", 64, SIZE_OF_VIT_PX, HALF),
        (_timm_efficientnet_shallow, "test_efficientnet", 256, SIZE_PX, IMAGENET),
    ],
)
def test_it_sees_and_predicts_as_the_learner(
    make: Callable[[], nn.Sequential],
    architecture: str,
    width: int,
    size_px: int,
    statistics: Any,
    pictures: list[Path],
    tmp_path: Path,
) -> None:
    network = with_statistics(make(), size_px)
    features, probabilities = seen(network, pictures, size_px, *statistics)
    bundle = export(saved(network, tmp_path / "w.pth"), tmp_path / "bundle", architecture, size_px=size_px)
    backbone = OpenVinoBackbone(bundle, threads=1)
    vectors = np.concatenate([backbone.embed(fit_image(path.read_bytes(), backbone)[None]) for path in pictures])
    assert backbone.dimension == width + len(GENRES) + 1
    of_body = vectors[:, :width] / np.linalg.norm(vectors[:, :width], axis=1, keepdims=True)
    expected = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert (of_body * expected).sum(axis=1).min() > 0.9999
    said = LinearHead.from_bytes(bundle.read(HEAD_FILE))
    assert said.genres == GENRES
    np.testing.assert_allclose(said.probabilities(vectors), probabilities, atol=5e-3)
    np.testing.assert_allclose(np.linalg.norm(vectors[:, width:], axis=1), 0.2 / 1.04**0.5, atol=1e-4)


@pytest.mark.parametrize(
    ("architecture", "statistics"),
    [
        ("resnet50", IMAGENET),
        ("vgg16_bn", IMAGENET),
        ("vgg16", AS_IS),
        ("convnext_tiny", AS_IS),
        ("resnext50_32x4d", AS_IS),
    ],
)
def test_what_vision_learner_normalises_with(architecture: str, statistics: Any) -> None:
    assert normalised_with(architecture) == statistics


@pytest.mark.slow
def test_the_optimiser_saved_with_it_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``learn.save`` writes both, the optimiser's settings as a list of fastcore's with numbers of numpy's."""
    fastcore = ModuleType("fastcore.foundation")
    fastcore.L = type("L", (), {"__module__": "fastcore.foundation", "__qualname__": "L"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fastcore", ModuleType("fastcore"))
    monkeypatch.setitem(sys.modules, "fastcore.foundation", fastcore)
    settings = fastcore.L()
    settings.items = [{"lr": np.float64(1e-3), "wd": 0.01}]
    network = _squeezenet().eval()
    path = tmp_path / "w.pth"
    torch.save({"model": OrderedDict(network.state_dict()), "opt": {"state": [], "hypers": settings}}, path)
    monkeypatch.undo()
    bundle = export(path, tmp_path / "bundle", "squeezenet1_1", genres=())
    assert (bundle.manifest.dimension, bundle.manifest.genre_dimensions, bundle.manifest.genres) == (512, 0, ())
    assert bundle.manifest.resize is ResizeRule.CROP
    assert bundle.manifest.interpolation is Interpolation.BILINEAR
    assert HEAD_FILE not in bundle.manifest.files


@pytest.mark.parametrize(
    ("architecture", "genres", "message"),
    [
        ("resnet18", GENRES, "does not hold weights of resnet18"),
        ("xresnet18", GENRES, "torchvision has no xresnet18"),
        ("squeezenet1_1", GENRES[:2], "knows 3 classes, and 2 genres are named"),
    ],
)
def test_what_does_not_fit_is_refused(architecture: str, genres: tuple[str, ...], message: str, tmp_path: Path) -> None:
    path = saved(_squeezenet(), tmp_path / "w.pth")
    with pytest.raises(TrainingError, match=message):
        export(path, tmp_path / "bundle", architecture, genres)
    assert not (tmp_path / "bundle").exists()


class Program:
    """Something that a pickle would bring to life."""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"model": {"0.0.weight": torch.zeros(1)}, "learner": Program()}, "holds more than numbers"),
        ({"0.0.weight": torch.zeros(1)}, "does not hold a vision_learner's model"),
        ({"0.0.weight": torch.zeros(1), "1.8.weight": torch.zeros(1, 1), "2.weight": torch.zeros(1)}, "nothing else"),
        ({"model": 3}, "does not hold weights by name"),
        ([torch.zeros(1)], "does not hold weights by name"),
    ],
)
def test_what_is_no_learner_is_refused(content: Any, message: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(TrainingError, match=message):
        export(tmp_path / "w.pth", tmp_path / "bundle", "squeezenet1_1")


@pytest.mark.parametrize("data", [b"", b"not weights at all", b"PK\x03\x04"])
def test_what_is_no_file_of_weights_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "w.pth").write_bytes(data)
    with pytest.raises(TrainingError, match=r"w\.pth"):
        export(tmp_path / "w.pth", tmp_path / "bundle", "squeezenet1_1")
    with pytest.raises(TrainingError, match=r"none\.pth"):
        export(tmp_path / "none.pth", tmp_path / "bundle", "squeezenet1_1")
