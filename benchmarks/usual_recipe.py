"""The usual recipe, for comparison: plain cross-entropy fine-tuning, scored on a random split and on one by group.

    python -m benchmarks.usual_recipe COVERS.csv [--epochs 6] [--size 160]

EfficientNet-Lite0 with ImageNet weights and a new last layer, every layer trained, AdamW on a one-cycle schedule,
random crops and flips, one image per cover. The CSV has the columns ``file`` (relative to its folder), ``genre`` and
``split_group``. Both splits hold back a fifth of the same covers; only the second keeps an artist on one side.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from benchmarks.recipe_covers import LEAST_COVERS, by_split, divided, labelled_covers
from indexer.genre.scoring import accuracy, confusion, macro_f1
from indexer.training.imagenet_weights import EFFICIENTNET_LITE0, MEAN, STD, imagenet_backbone
from indexer.training.samples import Split, learnable_genres, load_pixels, targets

BATCH = 32
LEARNING_RATE = 3e-4


def main() -> None:
    arguments = _arguments()
    samples = labelled_covers(arguments.covers)
    genres = learnable_genres(samples, LEAST_COVERS)
    shares, pixels = targets(samples, genres), load_pixels(samples)
    print(f"{len(samples)} covers, {len(genres)} genres, {arguments.epochs} epochs at {arguments.size} px")
    for name, covers in by_split(samples).items():
        table = _score(pixels, shares, divided(covers), arguments.epochs, arguments.size)
        print(
            f"{name:16} accuracy {accuracy(table):.3f}   macro F1 {macro_f1(table):.3f}   n = {table.sum():.0f}",
            flush=True,
        )


def _score(
    pixels: NDArray[np.uint8], shares: NDArray[np.float32], split: Split, epochs: int, size_px: int
) -> NDArray[np.float64]:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model = torch.nn.Sequential(
        imagenet_backbone(EFFICIENTNET_LITE0), torch.nn.Dropout(0.2), torch.nn.Linear(1280, shares.shape[1])
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    steps = len(split.training) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps * epochs)
    for _ in range(epochs):
        model.train()
        order = rng.permutation(np.array(split.training))
        for step in range(steps):
            rows = order[step * BATCH : (step + 1) * BATCH]
            images = _input([_augmented(pixels[row], size_px, rng) for row in rows])
            loss = torch.nn.functional.cross_entropy(model(images), torch.from_numpy(shares[rows]))
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    model.eval()
    held_back = np.array(split.validation)
    logits = []
    with torch.inference_mode():
        for start in range(0, len(held_back), BATCH):
            rows = held_back[start : start + BATCH]
            logits.append(model(_input([_resized(pixels[row], size_px) for row in rows])).numpy())
    return confusion(np.concatenate(logits).argmax(axis=1), shares[held_back] > 0)


def _augmented(pixels: NDArray[np.uint8], size_px: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    side = len(pixels) * np.sqrt(rng.uniform(0.6, 1.0))
    left, top = rng.uniform(0, len(pixels) - side, 2)
    view = Image.fromarray(pixels).resize(
        (size_px, size_px), Image.Resampling.BILINEAR, (left, top, left + side, top + side)
    )
    return np.asarray(view)[:, :: int(rng.choice([-1, 1]))]


def _resized(pixels: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).resize((size_px, size_px), Image.Resampling.BICUBIC))


def _input(images: list[NDArray[np.uint8]]) -> torch.Tensor:
    stacked = torch.from_numpy(np.stack(images)).float()
    scaled = (stacked - torch.tensor(MEAN)) / torch.tensor(STD)
    return scaled.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--size", type=int, default=160)
    return parser.parse_args()


if __name__ == "__main__":
    main()
