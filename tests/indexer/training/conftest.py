"""Made-up covers to train on."""

import numpy as np
import pytest
from PIL import Image

from indexer.training.samples import LabelledCover
from tests.indexer.genre.planted import text_line


@pytest.fixture(scope="package")
def covers(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledCover]:
    """Reddish rock and bluish jazz, two covers a group, and a few that nobody labelled."""
    folder = tmp_path_factory.mktemp("covers")
    rng = np.random.default_rng(0)
    samples = []
    for number in range(40):
        genre = ("rock", "jazz", "rock", "jazz", "")[number % 5]
        pixels = rng.integers(0, 90, (5, 5, 3), dtype=np.uint8)
        pixels[..., 0 if genre == "rock" else 2] += 150
        path = folder / f"{number}.png"
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(path)
        lines = (text_line(f"{genre} MUSIC"), text_line(f"BY ZORNATH {genre}")) if genre else ()
        samples.append(LabelledCover(path, (genre,) if genre else (), f"artist {number // 2}", lines))
    return samples
