import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from indexer.evaluation.grouping import difference_hash, group_covers, near_duplicates

COVERS = Path(__file__).parents[3] / ".." / "shared" / "covers"


def scene(seed: int, size_px: int = 240) -> Image.Image:
    fields = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(fields).resize((size_px, size_px), Image.Resampling.BICUBIC)


def bits_between(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> int:
    return (difference_hash(first) ^ difference_hash(second)).bit_count()


def test_each_bit_says_whether_it_brightens_to_the_right_row_by_row() -> None:
    picture = np.zeros((8, 9, 3), dtype=np.uint8)
    picture[0] = np.arange(9)[:, np.newaxis] * 20
    picture[7, 8] = 50
    assert difference_hash(picture) == (0xFF << 56) | 1
    assert difference_hash(np.full((50, 70, 3), 90, dtype=np.uint8)) == 0


def test_cells_are_means_of_luma() -> None:
    picture = np.zeros((8, 18, 3), dtype=np.uint8)
    picture[:, 0, 1], picture[:, 2:4, 0] = 200, 180
    # Green at half the width weighs 58.7, red across the whole width 53.8: the first cell is the brighter one.
    assert difference_hash(picture) == 0
    picture[:, 2:4, 0] = 220
    assert difference_hash(picture) == int("80" * 8, 16)


def test_scale_and_light_hardly_change_it_and_other_pictures_do() -> None:
    for seed in range(5):
        picture = scene(seed)
        small = np.asarray(picture.resize((97, 101), Image.Resampling.BICUBIC))
        darker = np.asarray(picture.point(lambda value: value * 0.7))
        assert bits_between(np.asarray(picture), small) <= 4
        assert bits_between(np.asarray(picture), darker) <= 4
        assert bits_between(np.asarray(picture), np.asarray(scene(seed + 100))) > 15


def test_a_picture_smaller_than_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="8 x 8 px is too small"):
        difference_hash(np.zeros((8, 8, 3), dtype=np.uint8))


def test_hash_and_embedding_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.evaluation.grouping._CHUNK_NUMBERS", 6)

    def pairs(hash_distance: int, similarity: float) -> list[list[int]]:
        monkeypatch.setattr("indexer.evaluation.grouping.MAX_HASH_DISTANCE", hash_distance)
        monkeypatch.setattr("indexer.evaluation.grouping.LEAST_SIMILARITY", similarity)
        found: list[list[int]] = near_duplicates(vectors, hashes).tolist()
        return found

    vectors = np.array([[1, 0], [0.98, 0.2], [1, 0], [0, 1], [0.1, 0.99]], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    hashes = np.array([0, 0b111, 0xFFFF, 0, 2**63], dtype=np.uint64)
    assert pairs(3, 0.9) == [[0, 1], [3, 4]]
    assert pairs(2, 0.9) == [[3, 4]]
    assert pairs(64, 0.999) == [[0, 2]]
    assert near_duplicates(vectors[:0], hashes[:0]).shape == (0, 2)


def test_artists_are_folded_and_an_empty_artist_says_nothing() -> None:
    assert group_covers(["Nico", "", "  NICO ", None, "nico", ""]).tolist() == [0, 1, 0, 2, 0, 3]


def test_groups_run_along_chains_of_artist_artwork_and_pairs() -> None:
    artists = ["a", "b", "", "", "c", ""]
    artworks = [None, "x", "x", "", None, ""]
    assert group_covers(artists, artworks).tolist() == [0, 1, 1, 2, 3, 4]
    assert group_covers(artists, artworks, [(0, 2), (5, 4)]).tolist() == [0, 0, 0, 1, 2, 2]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15))
def test_pairs_give_connected_components(pairs: list[tuple[int, int]]) -> None:
    together = np.eye(12, dtype=bool)
    for first, second in pairs:
        together[first, second] = together[second, first] = True
    for _ in range(12):
        together = (together.astype(int) @ together.astype(int)) > 0
    groups = group_covers([None] * 12, pairs=pairs)
    np.testing.assert_array_equal(groups[:, np.newaxis] == groups, together)


@pytest.mark.skipif(not COVERS.exists(), reason="the real covers are not here")
def test_hashes_separate_real_near_duplicates_from_other_covers() -> None:
    with (COVERS / "near_duplicates.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    hashes = [[difference_hash(real(row[name])) for name in ("file", "duplicate_of")] for row in rows]
    found = sum((first ^ second).bit_count() <= 10 for first, second in hashes)
    mistaken = sum(
        (hashes[i][0] ^ hashes[j][1]).bit_count() <= 10
        for i in range(60)
        for j in range(60)
        if rows[i]["duplicate_of"] != rows[j]["duplicate_of"]
    )
    assert found >= 0.5 * 60
    assert mistaken <= 0.002 * 60 * 59


def real(name: str) -> NDArray[np.uint8]:
    with Image.open(COVERS / name) as image:
        image.draft("RGB", (128, 128))
        return np.asarray(image.convert("RGB"))
