"""How close ``sleeve index`` comes to what the machine can do: `python -m benchmarks.embedding [FOLDER]`.

Every figure is taken in one run, in interleaved rounds, on the same covers with the same threads; compare ratios, not
rates. ``possible`` is the combined cost of decoding alone and of the bare inference session alone when both share the
cores. ``eager PyTorch`` is the plain way: one image at a time, decoded in line.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from PIL import Image

from db.records import CoverFile
from indexer.home import Home, open_home
from indexer.images.decoding import read
from indexer.jobs.add import add
from indexer.jobs.index import index
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import Bundle
from indexer.models.preparing import EMBED_COVERS, fit_image
from indexer.models.shelf import DEFAULT_BUNDLE
from indexer.progress import Silent
from indexer.sources import open_source
from service.demo import draw_catalogue
from sleeve.platform import usable_cores
from sleeve.settings import Settings

COVERS = 1000
EAGER_COVERS = 50
ROUNDS = 3


def main() -> None:
    """Measure and print a table."""
    settings, threads = Settings(), usable_cores()
    with Home(settings) as home:
        bundle = home.shelf.named(settings.bundle or DEFAULT_BUNDLE)
    assert isinstance(bundle, Bundle)
    backbone = OpenVinoBackbone(bundle, threads=threads)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else draw_catalogue(Path(folder) / "covers").folder
        paths = [offered.path for offered in open_source(source) if isinstance(offered, CoverFile)][:COVERS]
        tensors = np.stack([fit_image(read(path), backbone) for path in paths[:256]])
        jobs: dict[str, Callable[[], float]] = {
            "decoding alone": lambda: _decoding(paths, backbone, threads),
            "bare session on ready tensors": lambda: _session(tensors, len(paths), backbone),
            "sleeve index": lambda: _index(paths, settings),
            "eager PyTorch, one by one": lambda: _in_a_process_of_its_own(paths[:EAGER_COVERS]),
        }
        measured = {name: [] for name in jobs}  # type: dict[str, list[float]]
        for _ in range(ROUNDS):
            for name, job in jobs.items():
                measured[name].append(job())
    rates = {name: median(values) for name, values in measured.items()}
    possible = 1 / (1 / rates["decoding alone"] + 1 / rates["bare session on ready tensors"])
    rates["possible (both on the same cores)"] = possible
    print(f"{len(paths)} covers, {threads} threads, {bundle.manifest.name}; median of {ROUNDS} interleaved rounds\n")
    for name, rate in rates.items():
        print(f"{name:36} {rate:8.1f} covers/s")
    print(f"\nsleeve index / possible       {rates['sleeve index'] / possible:6.2f}")
    print(f"sleeve index / eager PyTorch  {rates['sleeve index'] / rates['eager PyTorch, one by one']:6.2f}")


def _decoding(paths: Sequence[Path], backbone: OpenVinoBackbone, threads: int) -> float:
    started = perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda path: fit_image(read(path), backbone), paths):
            pass
    return len(paths) / (perf_counter() - started)


def _session(tensors: np.ndarray, count: int, backbone: OpenVinoBackbone) -> float:
    started, done = perf_counter(), 0
    while done < count:
        done += len(backbone.embed(tensors[:EMBED_COVERS]))
    return done / (perf_counter() - started)


def _index(paths: Sequence[Path], settings: Settings) -> float:
    """What ``sleeve index`` does until the covers can be found: model, decoding, embedding, index and its gate."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.csv"
        manifest.write_text("\n".join(["file", *map(str, paths)]))
        with open_home(settings.model_copy(update={"home": Path(folder), "database_url": None})) as home:
            add(home, Silent(), [open_source(manifest)])
            done = index(home, Silent())
        return done.embedded.embedded / done.live_after_s


def _in_a_process_of_its_own(paths: Sequence[Path]) -> float:
    """PyTorch and OpenVINO in one process would fight for the cores with their thread pools."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_eager, paths).result()


def _eager(paths: Sequence[Path]) -> float:
    import torch

    from indexer.training.imagenet_weights import EFFICIENTNET_LITE0, imagenet_backbone

    module = imagenet_backbone(EFFICIENTNET_LITE0)
    started = perf_counter()
    with torch.inference_mode():
        for path in paths:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC), np.float32)
            module(torch.from_numpy((pixels - 127) / 128).permute(2, 0, 1)[None])
    return len(paths) / (perf_counter() - started)


if __name__ == "__main__":
    main()
