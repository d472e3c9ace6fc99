"""A learner that fastai itself trained and saved becomes a bundle that predicts as fastai does, from the same files.

Skipped without fastai, which brings a hundred packages' worth of its own: `make test-peers` installs it apart.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.genre.head import LinearHead
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import HEAD_FILE
from indexer.models.preparing import fit_image
from indexer.training.fastai_bundle import export_fastai
from indexer.training.torchvision_shim import make_torchvision_importable

pytestmark = pytest.mark.slow

SIZE_PX = 96
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
AS_IS = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@pytest.fixture
def covers(tmp_path: Path) -> Path:
    """Three genres of coloured noise, in JPEG and PNG, wide and tall."""
    rng = np.random.default_rng(0)
    for channel, genre in enumerate(("jazz", "metal", "rock")):
        (tmp_path / "covers" / genre).mkdir(parents=True)
        for number in range(10):
            pixels = rng.integers(0, 200, (9, 12, 3), dtype=np.uint8)
            pixels[..., channel] += 55
            size = (200 + 20 * number, 280)
            Image.fromarray(pixels).resize(size).save(
                tmp_path / "covers" / genre / f"{number}.{('jpg', 'png')[number % 2]}"
            )
    return tmp_path / "covers"


@pytest.mark.parametrize(
    ("architecture", "with_optimiser"),
    [("resnet18", True), ("squeezenet1_1", False), ("timm:test_resnet", False), ("timm:test_vit", True)],
)
def test_it_predicts_as_fastai(architecture: str, with_optimiser: bool, covers: Path, tmp_path: Path) -> None:
    make_torchvision_importable()
    vision: Any = pytest.importorskip("fastai.vision.all")
    from torchvision import models

    name = architecture.removeprefix("timm:")
    is_of_timm = name != architecture
    size_px = 160 if name == "test_vit" else SIZE_PX
    data = vision.ImageDataLoaders.from_folder(
        covers,
        valid_pct=0.2,
        seed=1,
        item_tfms=vision.Resize(size_px),
        batch_tfms=vision.Normalize.from_stats(*IMAGENET),
        bs=6,
        num_workers=0,
    )
    learner = vision.vision_learner(
        data, name if is_of_timm else getattr(models, name), pretrained=False, path=tmp_path
    )
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(1)
        path = learner.save("learner", with_opt=with_optimiser)
        files = sorted(covers.rglob("*.*"))
        expected, _ = learner.get_preds(dl=data.test_dl(files))
    bundle = export_fastai(
        Path(path),
        tmp_path / "bundle",
        architecture=name,
        size_px=size_px,
        statistics=IMAGENET,
        genres=tuple(data.vocab),
        bundle_name="ours",
    )
    backbone = OpenVinoBackbone(bundle, threads=1)
    vectors = np.concatenate([backbone.embed(fit_image(file.read_bytes(), backbone)[None]) for file in files])
    probabilities = LinearHead.from_bytes(bundle.read(HEAD_FILE)).probabilities(vectors)
    np.testing.assert_allclose(probabilities, expected.numpy(), atol=0.01)
    assert (probabilities.argmax(axis=1) == expected.numpy().argmax(axis=1)).mean() > 0.95


def test_what_it_normalises_for_pretrained_weights_is_known() -> None:
    """Networks that ``vision_learner`` has no figures for get their images as they are, even with weights."""
    make_torchvision_importable()
    learner: Any = pytest.importorskip("fastai.vision.learner")
    from torchvision import models

    from indexer.training.fastai_learner import normalised_with

    for name in models.list_models(module=models):
        known = learner.model_meta.get(getattr(models, name), learner._default_meta).get("stats")
        mean, std = known or AS_IS
        np.testing.assert_allclose(normalised_with(name), (mean, std))
