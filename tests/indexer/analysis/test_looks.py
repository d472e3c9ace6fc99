from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.analysis.looks import appearance, read_looks
from indexer.evaluation.labelled_catalogue import difference_hashes
from indexer.progress import Silent
from tests.factories import write_cover


def _flat(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (60, 40)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def test_sizes_brightness_and_colour_are_those_of_the_files(tmp_path: Path) -> None:
    paths = [
        _flat(tmp_path / "white.png", (255, 255, 255)),
        _flat(tmp_path / "red.png", (200, 0, 0), (33, 77)),
        tmp_path / "gone.png",
    ]
    looks = read_looks(paths, threads=2, progress=Silent())
    assert looks.readable.tolist() == [True, True, False]
    assert looks.sizes_px.tolist() == [[60, 40], [33, 77], [0, 0]]
    assert looks.byte_counts.tolist() == [paths[0].stat().st_size, paths[1].stat().st_size, 0]
    assert looks.brightness == pytest.approx([1.0, 0.299 * 200 / 255, 0.0], abs=1e-6)
    assert looks.colourfulness == pytest.approx([0.0, 200 / 255, 0.0], abs=1e-6)


def test_hashes_are_those_that_group_covers_elsewhere(tmp_path: Path) -> None:
    paths = [write_cover(tmp_path / f"{seed}.png", seed) for seed in range(4)]
    looks = read_looks(paths, threads=2, progress=Silent())
    expected = difference_hashes(paths, threads=1, progress=Silent())
    np.testing.assert_array_equal(looks.hashes, expected)


def test_a_palette_has_the_colours_in_their_shares(tmp_path: Path) -> None:
    paths = [_flat(tmp_path / f"{n}.png", colour) for n, colour in enumerate([(250, 0, 0)] * 3 + [(0, 0, 250)])]
    looks = read_looks(paths, threads=1, progress=Silent())
    found = appearance(looks, np.arange(4), seed=0)
    assert found.palette.tolist() == [[250, 0, 0], [0, 0, 250]]
    assert found.shares.tolist() == [0.75, 0.25]
    assert found.brightness == pytest.approx((3 * 0.299 + 0.114) / 4 * 250 / 255)
    assert len(appearance(looks, np.array([], dtype=np.int64), seed=0).palette) == 0
