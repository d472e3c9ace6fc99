"""One epoch of training on drawn covers, and how fast it was. ``benchmarks.training`` runs it, also with other builds.

    python benchmarks/training_epoch.py ARCHITECTURE COVERS SIZE

Builds are compared with this very file, so it may use only what all of them have.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from indexer.training.freed_memory import keep_freed_memory
from indexer.training.loop import TrainingProgress, fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover


@dataclass(frozen=True)
class Epoch:
    """Of the steps after the first, without what comes before them and the validation after."""

    views_per_s: float
    cpu_s_per_1000_views: float


def trained_epoch(samples: list[LabelledCover], recipe: Recipe, folder: Path) -> Epoch:
    """Train with ``recipe``, of one epoch."""
    ended: list[tuple[float, float]] = []

    def note_step(progress: TrainingProgress) -> None:
        if progress.scores is None:
            ended.append((time.perf_counter(), time.process_time()))

    fine_tune(samples, recipe, folder=folder, progress=note_step)
    views = 2 * recipe.batch_covers * (len(ended) - 1)
    took_s, used_s = (ended[-1][which] - ended[0][which] for which in (0, 1))
    return Epoch(views / took_s, 1000 * used_s / views)


def draw_covers(folder: Path, count: int) -> list[LabelledCover]:
    """Coloured noise in two genres, each cover by another artist."""
    rng = np.random.default_rng(0)
    samples = []
    for number in range(count):
        path = folder / f"{number}.jpg"
        coarse = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8))
        coarse.resize((300, 300), Image.Resampling.BICUBIC).save(path)
        samples.append(LabelledCover(path, (("rock", "jazz")[number % 2],), f"artist {number}"))
    return samples


def main() -> None:
    """Print one line of JSON."""
    architecture, covers, size_px = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    keep_freed_memory()
    recipe = replace(Recipe(), architecture=architecture, image_size_px=size_px, epochs=1)
    with tempfile.TemporaryDirectory() as scratch:
        samples = draw_covers(Path(scratch), covers)
        print(json.dumps(asdict(trained_epoch(samples, recipe, Path(scratch) / "run"))))


if __name__ == "__main__":
    main()
