from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from indexer.images.decoding import ResizeRule, decode, fit, read
from indexer.models.backbone import OpenVinoBackbone, unit_rows
from indexer.models.bundle import read_bundle
from indexer.training import imagenet_weights, onnx_bundle
from sleeve.errors import BundleError

COVERS = Path(__file__).parents[4] / "shared" / "covers" / "images"


@pytest.fixture(scope="module")
def tower() -> nn.Module:
    return imagenet_weights.imagenet_backbone(imagenet_weights.EFFICIENTNET_LITE0)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("_conv_stem.weight", "conv_stem.weight"),
        ("_bn0.running_var", "bn1.running_var"),
        ("_conv_head.weight", "conv_head.weight"),
        ("_bn1.bias", "bn2.bias"),
        ("_blocks.0._depthwise_conv.weight", "blocks.0.0.conv_dw.weight"),
        ("_blocks.0._bn2.bias", "blocks.0.0.bn2.bias"),
        ("_blocks.1._expand_conv.weight", "blocks.1.0.conv_pw.weight"),
        ("_blocks.2._bn0.weight", "blocks.1.1.bn1.weight"),
        ("_blocks.3._bn1.num_batches_tracked", "blocks.2.0.bn2.num_batches_tracked"),
        ("_blocks.14._depthwise_conv.weight", "blocks.5.3.conv_dw.weight"),
        ("_blocks.15._project_conv.weight", "blocks.6.0.conv_pwl.weight"),
    ],
)
def test_names(key: str, expected: str) -> None:
    assert imagenet_weights._timm_name(key) == expected


@pytest.mark.slow
def test_every_weight_finds_its_place_in_order(tower: nn.Module) -> None:
    """Both implementations list their weights in the order of computation: layers of one shape cannot be swapped."""
    weights = torch.load(imagenet_weights._weights_path(), weights_only=True)
    names = [imagenet_weights._timm_name(key) for key in weights if not key.startswith("_fc.")]
    state = tower.state_dict()
    assert names == list(state)
    assert all(torch.equal(state[name], value) for name, value in zip(names, weights.values(), strict=False))


def test_other_backbones_are_unknown() -> None:
    with pytest.raises(BundleError, match="no ImageNet weights are known for resnet50; there is efficientnet-lite0"):
        imagenet_weights.imagenet_backbone("resnet50")


def test_weights_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet_weights, "_PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(BundleError, match=r"not installed; install the `train` extra"):
        imagenet_weights.imagenet_backbone("efficientnet-lite0")


@pytest.mark.slow
def test_the_shipped_bundle_is_this_tower(tower: nn.Module) -> None:
    bundle = read_bundle(imagenet_weights.SHIPPED_FOLDER)
    images = onnx_bundle.probe_images(4, 224)
    if COVERS.is_dir():
        covers = [decode(read(path)) for path in sorted(COVERS.iterdir())[:800:100]]
        images = np.concatenate([images, [fit(cover, 224, ResizeRule.SQUASH) for cover in covers]])
    normalised = (torch.from_numpy(images).permute(0, 3, 1, 2).float() - 127) / 128
    with torch.inference_mode():
        expected = unit_rows(tower(normalised).numpy())
    cosines = (OpenVinoBackbone(bundle).embed(images) * expected).sum(axis=1)
    assert cosines.min() > 0.9999


def test_the_shipped_bundle_says_what_it_is() -> None:
    manifest = read_bundle(imagenet_weights.SHIPPED_FOLDER).manifest
    assert (manifest.name, manifest.dimension, manifest.licence) == ("efficientnet-lite0-imagenet", 1280, "Apache-2.0")
    assert (manifest.mean, manifest.std) == ((127.0,) * 3, (128.0,) * 3)
    assert (manifest.input_size_px, manifest.resize, manifest.precision) == (224, "squash", "f32")
