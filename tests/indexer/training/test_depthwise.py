"""A quickened depthwise convolution is the same function with the same gradients."""

import copy

import pytest
import torch
from torch import nn

from indexer.training.depthwise import QuickDepthwise, quicken_depthwise
from indexer.training.onnx_bundle import onnx_bytes


def depthwise(kernel: int | tuple[int, int], channels: int = 6, **options: object) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, kernel, groups=channels, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kernel", "padding", "bias"),
    [(5, 2, True), (5, 0, False), ((3, 5), (1, 2), True), ((5, 4), (2, 1), True), (7, 3, True), ((9, 10), 5, False)],
)
@pytest.mark.parametrize("memory", [torch.channels_last, torch.contiguous_format])
def test_outputs_and_gradients_are_those_of_the_plain_one(
    kernel: int | tuple[int, int], padding: int | tuple[int, int], bias: bool, memory: torch.memory_format
) -> None:
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 6, 1), depthwise(kernel, padding=padding, bias=bias))
    quick = copy.deepcopy(plain)
    quicken_depthwise(quick)
    assert isinstance(quick[1], QuickDepthwise)
    assert plain.state_dict().keys() == quick.state_dict().keys()
    images = torch.randn(3, 3, 11, 13).contiguous(memory_format=memory)
    weighing = torch.randn_like(plain(images))
    for network in (plain, quick):
        (network(images) * weighing).sum().backward()
    assert torch.equal(plain(images), quick(images))
    for one, other in zip(plain.parameters(), quick.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.allclose(one.grad, other.grad, rtol=1e-4, atol=1e-4)


def test_what_it_does_not_pay_for_or_cannot_do_stays() -> None:
    frozen = depthwise(5, padding=2)
    frozen.requires_grad_(False)
    others = nn.ModuleList(
        [
            depthwise(3, padding=1),
            depthwise((5, 3), padding=1),
            depthwise(5, stride=2),
            depthwise(5, dilation=2),
            depthwise(5, padding="same"),
            depthwise(5, padding=2, padding_mode="reflect"),
            nn.Conv2d(8, 8, 5, groups=4),
            nn.Conv2d(8, 16, 5, groups=8),
            nn.Conv2d(1, 1, 5),
            frozen,
        ]
    )
    before = list(others)
    quicken_depthwise(others)
    assert all(one is other for one, other in zip(before, others, strict=True))


@pytest.mark.slow
def test_a_quickened_tower_is_exported_like_the_plain_one() -> None:
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 6, 1), depthwise(5, padding=2), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    quick = copy.deepcopy(plain)
    quicken_depthwise(quick)
    example = torch.zeros(2, 3, 16, 16)
    assert onnx_bytes(quick, example, "images") == onnx_bytes(plain, example, "images")
