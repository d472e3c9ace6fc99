"""Bundles of open_clip's architectures against open_clip itself: `python -m benchmarks.open_clip_models [NAME …]`.

Each architecture is made with random weights for the first tag that open_clip publishes for it, exported as `sleeve
bundles export` does, and deleted again. Then drawn covers go from the bytes of a file to a vector in two ways: through
the bundle, and through open_clip's own transform and model. Printed is the least cosine of the two ways, and next to it
the least of two covers: random weights tell covers apart less than trained ones. One architecture at a time, each in a
process of its own.
"""

import io
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from indexer.models.backbone import OpenVinoBackbone, unit_rows
from indexer.models.bundle import TEXT_MODEL_FILE
from indexer.models.preparing import fit_image
from service.demo import draw_catalogue
from sleeve.errors import SleeveError

COVERS = 8


def main() -> None:
    """Print a row for each architecture."""
    from indexer.training.torchvision_shim import make_torchvision_importable

    make_torchvision_importable()
    import open_clip

    print("| architecture | tag | side px | filter | cosine of both ways | of two covers | text tower | s |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        folder = draw_catalogue(Path(scratch)).folder
        covers = sorted(path for path in folder.rglob("*.jpg"))[:COVERS]
        for name in sys.argv[1:] or open_clip.list_models():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                print(alone.submit(_row, name, covers).result(), flush=True)


def _row(name: str, covers: list[Path]) -> str:
    from indexer.training.torchvision_shim import make_torchvision_importable

    make_torchvision_importable()
    import open_clip
    import torch

    from indexer.training.clip_bundle import export_open_clip
    from indexer.training.open_clip_models import load_open_clip

    began = perf_counter()
    torch.manual_seed(0)
    tag = next(iter(open_clip.list_pretrained_tags_by_model(name)), "")
    with tempfile.TemporaryDirectory() as scratch:
        weights = Path(scratch) / "weights.pt"
        try:
            torch.save(open_clip.create_model(name, pretrained=None).state_dict(), weights)
            named = f"{name}/{tag}={weights}" if tag else f"{name}/{weights}"
            bundle = export_open_clip(named, Path(scratch) / "bundle", bundle_name="tried")
            backbone = OpenVinoBackbone(bundle, threads=1)
            ours = backbone.embed(np.stack([fit_image(path.read_bytes(), backbone) for path in covers]))
            network = load_open_clip(named).network
        except (SleeveError, RuntimeError, OSError) as error:
            return (
                f"| {name} | {tag} | | | no: {' '.join(str(error).split())[:150]} | | | {perf_counter() - began:.0f} |"
            )
    settings = open_clip.transform.PreprocessCfg(**network.visual.preprocess_cfg)
    transform = open_clip.transform.image_transform_v2(settings, is_train=False)
    with torch.inference_mode():
        pixels = torch.stack([transform(Image.open(io.BytesIO(path.read_bytes()))) for path in covers])
        theirs = unit_rows(network.encode_image(pixels).float().numpy())
    least = float((ours * theirs).sum(axis=1).min())
    apart = float((theirs @ theirs.T).min())
    text = "yes" if TEXT_MODEL_FILE in bundle.manifest.files else "no"
    side_px, filter_ = bundle.manifest.input_size_px, bundle.manifest.interpolation
    took_s = perf_counter() - began
    return f"| {name} | {tag} | {side_px} | {filter_} | {least:.6f} | {apart:.3f} | {text} | {took_s:.0f} |"


if __name__ == "__main__":
    main()
