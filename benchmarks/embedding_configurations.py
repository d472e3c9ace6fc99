"""Which way of running a bundle on OpenVINO is fastest: precision, threads an image, images an inference.

Every configuration embeds the same images in turn, round after round, so that what else the machine does falls on all
of them alike; the ratios hold, the absolute numbers less so.

    python -m benchmarks.embedding_configurations [--bundle FOLDER] [--images N] [--rounds N]
"""

import argparse
import time
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import load_openvino
from indexer.models.bundle import MODEL_FILE, Bundle, read_bundle
from indexer.models.shelf import SHIPPED_BUNDLES
from sleeve.platform import usable_cores

SHIPPED = SHIPPED_BUNDLES / "efficientnet-lite0-imagenet"
PRECISIONS = ("f32", "bf16")
BATCHES = (1, 2, 4, 8, 16, 32)


class Configuration:
    """One compiled model: ``streams`` inferences at once, each of ``batch`` images on its share of the cores."""

    def __init__(self, bundle: Bundle, precision: str, streams: int, batch: int) -> None:
        ov = load_openvino()
        core = ov.Core()
        model = core.read_model(bundle.folder / MODEL_FILE)
        self.batch = batch
        self.name = f"{precision}, {streams} at once, {batch} images each"
        model.reshape([batch, 3, bundle.manifest.input_size_px, bundle.manifest.input_size_px])
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": usable_cores(),
            "ENABLE_CPU_PINNING": False,
        }
        compiled = core.compile_model(model, "CPU", settings)
        self.requests: list[Any] = [compiled.create_infer_request() for _ in range(streams)]

    def images_per_second(self, images: NDArray[np.float32]) -> float:
        """Embed all images once."""
        started = time.perf_counter()
        for number, first in enumerate(range(0, len(images), self.batch)):
            request = self.requests[number % len(self.requests)]
            request.wait()
            request.start_async([images[first : first + self.batch]])
        for request in self.requests:
            request.wait()
        return len(images) / (time.perf_counter() - started)


def main() -> None:
    """Print a line a configuration, fastest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=SHIPPED)
    parser.add_argument("--images", type=int, default=64, help="a multiple of 32")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    bundle = read_bundle(arguments.bundle)
    size_px = bundle.manifest.input_size_px
    images = np.random.default_rng(0).standard_normal((arguments.images, 3, size_px, size_px)).astype(np.float32)
    cores = usable_cores()
    configurations = [
        Configuration(bundle, precision, streams, batch)
        for precision, streams, batch in product(PRECISIONS, {1, cores}, BATCHES)
    ]
    for configuration in configurations:
        configuration.images_per_second(images)
    rounds = [[each.images_per_second(images) for each in configurations] for _ in range(arguments.rounds)]
    rates = [median(rates) for rates in zip(*rounds, strict=True)]
    for rate, configuration in sorted(zip(rates, configurations, strict=True), key=lambda row: -row[0]):
        print(f"{configuration.name:34} {rate:6.0f} images/s  {rate / max(rates):5.2f}")


if __name__ == "__main__":
    main()
