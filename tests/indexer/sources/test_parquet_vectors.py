"""Vectors in a column of a Parquet table: which are taken, to the bit, and which are refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db.records import CoverFile, RejectedFile
from indexer.sources import AskedVectors, open_source, parquet_vectors
from sleeve.errors import SourceError

DIMENSION = 6


def unit(seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal(DIMENSION)
    return drawn / np.linalg.norm(drawn)


def table(folder: Path, vectors: pa.Array, metadata: dict[str, str] | None = None) -> Path:
    path = folder / "covers.parquet"
    columns = {"file": [f"{number}.png" for number in range(len(vectors))], "clip": vectors}
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


def offered(path: Path) -> list[np.ndarray | str | None]:
    """Of each row its vector, or why it is rejected."""
    found: list[np.ndarray | str | None] = []
    for item in open_source(path, vectors=AskedVectors("clip")):
        assert isinstance(item, CoverFile | RejectedFile)
        found.append(item.detail if isinstance(item, RejectedFile) else item.vector)
    return found


@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_vectors_of_any_precision_become_fp16_of_length_one(tmp_path: Path, kind: Any, fixed: bool) -> None:
    made = [unit(seed) for seed in range(3)]
    numbers = [list((3 * row).astype(np.float16 if kind == pa.float16() else np.float64)) for row in made]
    path = table(tmp_path, pa.array([*numbers, None], pa.list_(kind, DIMENSION) if fixed else pa.list_(kind)))
    *found, last = offered(path)
    assert last is None
    for vector, row in zip(found, made, strict=True):
        assert isinstance(vector, np.ndarray)
        assert vector.dtype == np.float16
        np.testing.assert_allclose(vector, row, atol=1e-3)


def test_a_vector_of_length_one_keeps_its_bits(tmp_path: Path) -> None:
    made = [unit(seed).astype(np.float16) for seed in range(600)]
    path = table(tmp_path, pa.array(made, pa.list_(pa.float16(), DIMENSION)))
    found = offered(path)
    assert [vector.tobytes() for vector in found if isinstance(vector, np.ndarray)] == [row.tobytes() for row in made]


def test_very_long_and_very_short_vectors_keep_their_direction(tmp_path: Path) -> None:
    path = table(tmp_path, pa.array([list(1e37 * unit(1)), list(1e-37 * unit(2))], pa.list_(pa.float32())))
    for vector, seed in zip(offered(path), (1, 2), strict=True):
        np.testing.assert_allclose(np.asarray(vector, np.float32), unit(seed), atol=1e-3)


def test_what_is_no_vector_is_rejected_by_its_row(tmp_path: Path) -> None:
    nan, infinite = list(unit(1)), list(unit(2))
    nan[2], infinite[5] = float("nan"), float("inf")
    short, void = list(unit(3))[:-1], [0.0] * DIMENSION
    missing: list[float | None] = [*list(unit(5))[:-1], None]
    rows = [list(unit(0)), nan, infinite, void, short, [], missing, [1e300] * DIMENSION, list(unit(4))]
    path = table(tmp_path, pa.array(rows, pa.list_(pa.float64())))
    first, *wrong, last = offered(path)
    assert isinstance(first, np.ndarray)
    assert isinstance(last, np.ndarray)
    assert wrong == [
        "its vector has numbers that are not finite",
        "its vector has numbers that are not finite",
        "its vector is zero",
        "its vector has 5 numbers, not 6",
        "its vector has 0 numbers, not 6",
        "its vector has numbers that are not finite",
        "its vector has numbers that are not finite",
    ]


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (pa.array([["a"], ["b"]]), "is of list<element: string>, not of lists of floating-point numbers"),
        (pa.array([[1, 2], [3, 4]]), "is of list<element: int64>, not of lists of floating-point numbers"),
        (pa.array([1.0, 2.0]), "is of double, not of lists of floating-point numbers"),
        (pa.array([[[1.0]], [[2.0]]]), "not of lists of floating-point numbers"),
        (pa.array([None, None], pa.list_(pa.float32())), "has no vectors"),
        (pa.array([[0.5] * 65_537]), "has vectors of 65,537 numbers; they may have 65,536"),
    ],
)
def test_a_column_of_another_kind_is_refused_with_its_file(tmp_path: Path, vectors: pa.Array, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        open_source(table(tmp_path, vectors), vectors=AskedVectors("clip"))


def test_what_has_no_such_column_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, pa.array([list(unit(0))]))
    with pytest.raises(SourceError, match="has no column `dino`"):
        open_source(path, vectors=AskedVectors("dino"))
    csv = tmp_path / "covers.csv"
    csv.write_text("file,clip\na.png,1\n", encoding="utf-8")
    with pytest.raises(SourceError, match="is not a Parquet table; --vector needs one"):
        open_source(csv, vectors=AskedVectors("clip"))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(SourceError, match="is not a readable Parquet file"):
        open_source(tmp_path / "damaged.parquet", vectors=AskedVectors("clip"))
    listed = tmp_path / "list.parquet"
    pq.write_table(pa.table({"artist": ["A"], "title": ["B"], "clip": [list(unit(0))]}), listed)
    with pytest.raises(SourceError, match="--vector needs covers, which vectors belong to"):
        open_source(listed, vectors=AskedVectors("clip"))


def test_vectors_that_unpack_to_far_more_than_their_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path, pa.array([[0.5] * 10_000] * 200, pa.list_(pa.float32())))
    assert path.stat().st_size < 80_000
    monkeypatch.setattr(parquet_vectors, "VECTORS_COUNT_FROM_BYTES", 2**20)
    with pytest.raises(SourceError, match="unpack to over 200 times its size"):
        open_source(path, vectors=AskedVectors("clip"))


def test_an_export_says_whose_vectors_it_holds(tmp_path: Path) -> None:
    said = {"sleeve": json.dumps({"bundle": "tiny", "fingerprint": "f" * 64})}
    path = table(tmp_path, pa.array([list(unit(0))], pa.list_(pa.float32())), said)
    found = parquet_vectors.table_vectors(path, AskedVectors("clip", "mine"))
    assert (found.manifest.name, found.manifest.made_with, found.is_named) == ("mine", "f" * 64, True)
    found = parquet_vectors.table_vectors(table(tmp_path, pa.array([list(unit(0))])), AskedVectors("clip"))
    assert (found.manifest.name, found.manifest.made_with, found.is_named) == ("covers", "", False)
