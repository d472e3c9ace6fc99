"""The style of a tower's layers is each channel's mean, deviation and peak, and follows a copy of the tower."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from indexer.training.architectures import build_tower
from indexer.training.tapped_tower import TappedTower


class TwoLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, stride=2)
        self.second = nn.Conv2d(4, 5, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        last: torch.Tensor = self.second(self.first(images))
        return last.amax((2, 3))


def test_the_style_is_mean_deviation_and_peak_layer_after_layer_or_the_peak_alone() -> None:
    torch.manual_seed(0)
    plain = TwoLayers()
    tower = TappedTower(plain, (plain.second,), (plain.first, plain.second), 16)
    images = torch.randn(6, 3, 16, 16)
    with torch.inference_mode():
        features, style = tower(images)
        first = plain.first(images)
        second = plain.second(first)
    expected = [
        first.amax((2, 3)),
        second.mean((2, 3)),
        second.std((2, 3), correction=0),
        second.amax((2, 3)),
    ]
    assert torch.allclose(style, torch.cat(expected, dim=1), atol=1e-4)
    assert torch.equal(features, second.amax((2, 3)))
    assert (tower.width, tower.style_width) == (5, 4 + 3 * 5)


def test_features_stand_for_the_style_where_no_layer_is_tapped() -> None:
    images = torch.randn(3, 3, 16, 16)
    plain = TwoLayers()
    features, style = TappedTower(plain, (), (), 16).features_and_style(images)
    assert torch.equal(style, features)
    tapped = TappedTower(plain, (plain.first,), (), 16)
    assert torch.equal(tapped.features_and_style(images)[1], tapped(images)[1])
    assert not torch.equal(tapped(images)[1], features)


def test_a_copy_reads_its_own_layers() -> None:
    plain = TwoLayers()
    tower = TappedTower(plain, (plain.first,), (), 16)
    twin = copy.deepcopy(tower)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(2)
    images = torch.randn(2, 3, 16, 16)
    assert not torch.allclose(twin(images)[1], tower(images)[1], atol=0.01)


def test_an_even_layer_has_a_gradient() -> None:
    plain = TwoLayers()
    tower = TappedTower(plain, (plain.first,), (), 16)
    tower(torch.zeros(2, 3, 16, 16))[1].sum().backward()
    gradients = [parameter.grad for parameter in plain.first.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("name", ["test_resnet", "test_vit", "test_efficientnet"])
def test_every_family_has_layers_to_tap(name: str) -> None:
    tower = build_tower(name)
    tapped = TappedTower(tower.module, tower.taps, tower.peaks, tower.fixed_size_px or 64)
    assert tapped.width == tower.width
    assert tapped.style_width > 0


def test_efficientnet_lite0_is_read_between_its_blocks_and_at_their_widest() -> None:
    tower = build_tower("efficientnet-lite0")
    tapped = TappedTower(tower.module, tower.taps, tower.peaks, 64)
    between = 16 + 2 * 24 + 2 * 40 + 3 * 80 + 3 * 112 + 4 * 192 + 320
    # A block's widest layer has six times the channels that it is given, the first block's 32; the head has 1,280.
    widest = 32 + 6 * (between - 320) + 1280
    assert tapped.style_width == 3 * between + widest


@pytest.mark.parametrize("shape", [(3, 5, 6, 7), (3, 9, 5)])
def test_the_gradient_of_a_style_is_that_of_its_definition(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    places = (2, 3) if len(shape) == 4 else (1,)

    class Shift(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Identity()
            self.shift = nn.Parameter(torch.randn(shape) + 3)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            last: torch.Tensor = self.layer(self.shift).flatten(1)
            return last

    plain = Shift()
    style = TappedTower(plain, (plain.layer,), (), 4)(torch.zeros(1, 3, 4, 4))[1]
    weighing = torch.randn_like(style)
    (made,) = torch.autograd.grad((style * weighing).sum(), [plain.shift])
    mean, deviation = plain.shift.mean(places), plain.shift.std(places, correction=0)
    (expected,) = torch.autograd.grad((torch.cat([mean, deviation], 1) * weighing).sum(), [plain.shift])
    assert torch.allclose(made, expected, rtol=1e-3, atol=1e-5)


def test_two_threads_read_a_tower_at_once_without_mixing_their_layers() -> None:
    both = threading.Barrier(2, timeout=30)

    class Waiting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3)
            self.waits = False

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            between = self.first(images)
            if self.waits:
                both.wait()
            last: torch.Tensor = self.second(between)
            return last.amax((2, 3))

    plain = Waiting()
    tower = TappedTower(plain, (plain.first, plain.second), (), 16)
    images = [torch.randn(2, 3, 16, 16) for _ in range(2)]
    alone = [tower(some)[1] for some in images]
    plain.waits = True
    with ThreadPoolExecutor(2) as pool:
        together = [style for _, style in pool.map(tower, images)]
    assert all(torch.equal(one, other) for one, other in zip(alone, together, strict=True))
