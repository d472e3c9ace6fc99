"""How much of the bare forward and backward step's throughput the training loop keeps: the aim is 85 % or more.

    python -m benchmarks.training [--architecture efficientnet-lite0] [--covers 640] [--size 192]
    python -m benchmarks.training --other CHECKOUT [--threads 2]

The bare step is one of the network that is trained, on a batch that is already there: forward, backward, optimiser, and
no more. A step of its tower alone, without the style of its layers and the projections, is printed as well. All run on
the same sizes and threads, in turns, so that other work on the machine falls on all alike.

With ``--other``, the loops of this build and of another one are compared instead, in turns, each from its own checkout
as a process of its own. Processor time is that of the steps, of all threads.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch
from torch import nn

from benchmarks.services import HERE
from benchmarks.training_epoch import draw_covers, trained_epoch
from indexer.training.architectures import Tower, build_tower, freeze
from indexer.training.embedding_network import EmbeddingNetwork
from indexer.training.freed_memory import keep_freed_memory
from indexer.training.hardware import bf16_pays
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover
from sleeve.platform import usable_cores

ROUNDS = 5
BARE_STEPS = 8


def main() -> None:
    arguments = _arguments()
    if arguments.other:
        _compare(arguments)
        return
    keep_freed_memory()
    recipe = replace(
        Recipe(),
        architecture=arguments.architecture,
        image_size_px=arguments.size,
        epochs=1,
    )
    with tempfile.TemporaryDirectory() as scratch:
        samples = draw_covers(Path(scratch), arguments.covers)
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
        artwork, genre = network.parts(network.features(images))
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
    return trained_epoch(samples, recipe, scratch / "run").views_per_s


def _compare(arguments: argparse.Namespace) -> None:
    """Print views a second and processor seconds for 1,000 views of both builds, and the ratios of the medians."""
    builds = {"other": arguments.other.absolute(), "this": HERE}
    found: dict[str, list[tuple[float, float]]] = {build: [] for build in builds}
    for _ in range(ROUNDS):
        for build, checkout in builds.items():
            found[build].append(_epoch_of(checkout, arguments))
        for build, turns in found.items():
            print(f"{build}: {turns[-1][0]:6.1f} views/s   {turns[-1][1]:6.1f} CPU-s for 1,000 views")
    rate, used = ({build: median(turn[which] for turn in turns) for build, turns in found.items()} for which in (0, 1))
    print(f"medians, this / other: {rate['this'] / rate['other']:.2f} times the views a second,", end=" ")
    print(f"{used['this'] / used['other']:.2f} of the processor time")


def _epoch_of(checkout: Path, arguments: argparse.Namespace) -> tuple[float, float]:
    script = [str(HERE / "benchmarks" / "training_epoch.py"), arguments.architecture]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": str(arguments.threads)}
    command = [sys.executable, "-P", *script, str(arguments.covers), str(arguments.size)]
    done = subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True, text=True)
    epoch = json.loads(done.stdout.splitlines()[-1])
    return epoch["views_per_s"], epoch["cpu_s_per_1000_views"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default=Recipe().architecture)
    parser.add_argument("--covers", type=int, default=640)
    parser.add_argument("--size", type=int, default=Recipe().image_size_px)
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="a checkout of another build to compare with")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="of PyTorch, for --other")
    return parser.parse_args()


if __name__ == "__main__":
    main()
