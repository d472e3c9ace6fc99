"""fastai's plain ``vision_learner`` and Sleeve's own recipe, on the same covers, backbone, weights and splits.

    python -m benchmarks.fastai_recipe COVERS.csv [--epochs 4] [--size 192]

It needs the extra ``peers``; ``make test-peers`` makes an environment that has it. Both start from EfficientNet-Lite0
with the same ImageNet weights. fastai squeezes the covers to ``--size`` and calls ``fine_tune``, which trains its new
last layers for one epoch and everything for ``--epochs``; all else is its default. Sleeve trains with views of
``--size`` for ``--epochs``; all else is its recipe. Each is measured after its last epoch. The CSV has the columns
``file`` (relative to its folder), ``genre`` and ``split_group``.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from benchmarks.recipe_covers import LEAST_COVERS, SEED, SHARE, by_split, divided, labelled_covers
from indexer.genre.scoring import accuracy, confusion, macro_f1
from indexer.training.imagenet_weights import EFFICIENTNET_LITE0, imagenet_backbone
from indexer.training.loop import TrainingProgress, fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover, learnable_genres, targets
from indexer.training.torchvision_shim import make_torchvision_importable
from indexer.training.validation import ValidationScores

TIMM_NAME = "tf_efficientnet_lite0"
BATCH = 32


def main() -> None:
    """Train both on both splits, and print."""
    arguments = _arguments()
    samples = labelled_covers(arguments.covers)
    genres = learnable_genres(samples, LEAST_COVERS)
    print(f"{len(samples)} covers, {len(genres)} genres, {arguments.epochs} epochs at {arguments.size} px")
    for split, covers in by_split(samples).items():
        for name, train in (("fastai", _fastai), ("Sleeve", _sleeve)):
            with TemporaryDirectory() as aside, _timed() as spent:
                scores = train(covers, genres, arguments.epochs, arguments.size, Path(aside))
            print(
                f"{split:15} {name}  accuracy {scores[0]:.3f}   macro F1 {scores[1]:.3f}   "
                f"n = {len(divided(covers).validation)}   {spent[0]:.0f} s, {spent[1]:.0f} s of processor time",
                flush=True,
            )


def _fastai(
    samples: list[LabelledCover], genres: tuple[str, ...], epochs: int, size_px: int, aside: Path
) -> tuple[float, float]:
    make_torchvision_importable()
    vision: Any = import_module("fastai.vision.all")

    weights = aside / "imagenet.pth"
    torch.save(imagenet_backbone(EFFICIENTNET_LITE0).state_dict(), weights)
    vision.set_seed(SEED)
    tested = list(divided(samples).validation)
    block: Any = vision.DataBlock(
        blocks=(vision.ImageBlock, vision.CategoryBlock(vocab=genres)),
        get_x=lambda sample: sample.path,
        get_y=lambda sample: sample.genres[0],
        splitter=vision.IndexSplitter(tested),
        item_tfms=vision.Resize(size_px, method="squish"),
    )
    learner = vision.vision_learner(
        block.dataloaders(samples, bs=BATCH), TIMM_NAME, pretrained_cfg_overlay={"file": str(weights)}, path=aside
    )
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(epochs)
        probabilities, _ = learner.get_preds()
    table = confusion(probabilities.numpy().argmax(axis=1), targets(samples, genres)[tested] > 0)
    return accuracy(table), macro_f1(table)


def _sleeve(
    samples: list[LabelledCover], genres: tuple[str, ...], epochs: int, size_px: int, aside: Path
) -> tuple[float, float]:
    recipe = replace(
        Recipe(),
        epochs=epochs,
        image_size_px=size_px,
        least_covers=LEAST_COVERS,
        validation_share=SHARE,
        seed=SEED,
    )
    reported: list[ValidationScores] = []

    def note(progress: TrainingProgress) -> None:
        if progress.scores is not None:
            reported.append(progress.scores)

    fine_tune(samples, recipe, folder=aside, progress=note)
    return reported[-1].accuracy, reported[-1].macro_f1


@contextmanager
def _timed() -> Iterator[list[float]]:
    """A list that has seconds, and seconds of processor time of all threads and child processes, at the end."""
    spent: list[float] = []
    before = os.times()
    yield spent
    after = os.times()
    spent += [after.elapsed - before.elapsed, sum(after[:4]) - sum(before[:4])]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("--epochs", type=int, default=Recipe().epochs)
    parser.add_argument("--size", type=int, default=Recipe().image_size_px)
    return parser.parse_args()


if __name__ == "__main__":
    main()
