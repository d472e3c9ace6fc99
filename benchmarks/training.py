"""How much of the bare forward and backward step's throughput the training loop keeps: the aim is 85 % or more.

    python -m benchmarks.training [--architecture efficientnet-lite0] [--covers 640] [--size 160]

The bare step is one of the network that is trained, on a batch that is already there: forward, backward, optimiser, and
no more. A step of its tower alone, without the style of its layers and the projections, is printed as well. All run on
the same sizes and threads, in turns, so that other work on the machine falls on all alike.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import nn

from indexer.training.architectures import Tower, build_tower, freeze
from indexer.training.embedding_network import EmbeddingNetwork
from indexer.training.freed_memory import keep_freed_memory
from indexer.training.loop import TrainingProgress, bf16_pays, fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover

ROUNDS = 5
BARE_STEPS = 8


def main() -> None:
    arguments = _arguments()
    keep_freed_memory()
    recipe = replace(
        Recipe(),
        architecture=arguments.architecture,
        image_size_px=arguments.size,
        epochs=1,
    )
    with tempfile.TemporaryDirectory() as scratch:
        samples = _covers(Path(scratch), arguments.covers)
        turns = [
            (
                _tower_views_per_s(recipe),
                _network_views_per_s(recipe),
                _loop_views_per_s(samples, recipe, Path(scratch)),
            )
            for _ in range(ROUNDS)
        ]
    for tower, network, loop in turns:
        print(
            f"views/s: tower's step {tower:6.1f}   network's step {network:6.1f}   training loop {loop:6.1f}   "
            f"loop / network {loop / network:.2f}   loop / tower {loop / tower:.2f}"
        )
    of_network, of_tower = (median(turn[2] / turn[which] for turn in turns) for which in (1, 0))
    print(f"median of loop / network {of_network:.2f}, of loop / tower {of_tower:.2f}")


def _tower_views_per_s(recipe: Recipe) -> float:
    tower = build_tower(recipe.architecture, recipe.weights)
    return _bare_views_per_s(tower, tower.module.eval(), lambda images: tower.module(images).float(), recipe)


def _network_views_per_s(recipe: Recipe) -> float:
    tower = build_tower(recipe.architecture, recipe.weights)
    network = EmbeddingNetwork(tower, recipe, genre_count=10)

    def forward(images: torch.Tensor) -> torch.Tensor:
        artwork, genre = network.parts(images)
        return torch.cat([artwork, network.logits(genre)], dim=1).float()

    return _bare_views_per_s(tower, network, forward, recipe)


def _bare_views_per_s(
    tower: Tower, module: nn.Module, forward: Callable[[torch.Tensor], torch.Tensor], recipe: Recipe
) -> float:
    """Forward, backward and optimiser on one batch that is already there."""
    freeze(tower.stages, recipe.frozen_stages)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    module.to(device)
    for parameter in module.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, fused=True)
    images = torch.randn(2 * recipe.batch_covers, 3, recipe.image_size_px, recipe.image_size_px, device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    seconds = []
    for _ in range(BARE_STEPS):
        began = time.perf_counter()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16_pays(tower.module, device)):
            loss = forward(images).square().mean()
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - began)
    return 2 * recipe.batch_covers / median(seconds[2:])


def _loop_views_per_s(samples: list[LabelledCover], recipe: Recipe, scratch: Path) -> float:
    reported: list[TrainingProgress] = []
    fine_tune(samples, recipe, folder=scratch / "run", progress=reported.append)
    return reported[-2].views_per_s


def _covers(folder: Path, count: int) -> list[LabelledCover]:
    rng = np.random.default_rng(0)
    samples = []
    for number in range(count):
        path = folder / f"{number}.jpg"
        coarse = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8))
        coarse.resize((300, 300), Image.Resampling.BICUBIC).save(path)
        samples.append(LabelledCover(path, (("rock", "jazz")[number % 2],), f"artist {number}"))
    return samples


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default=Recipe().architecture)
    parser.add_argument("--covers", type=int, default=640)
    parser.add_argument("--size", type=int, default=Recipe().image_size_px)
    return parser.parse_args()


if __name__ == "__main__":
    main()
