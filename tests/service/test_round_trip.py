"""A catalogue leaves and comes back: the same albums, the same vectors to the bit, the same answers."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_covers


def answers(home: CommandHome, picture: Path) -> list[Any]:
    found = home.json("similar", picture, "-k", 6)["neighbours"]
    return [(n["artist"], n["title"], n["year"], n["genres"], n["similarity"]) for n in found]


def as_tar(table: Path, tar: Path) -> None:
    """The rows as a WebDataset: a picture, and what is known of it as JSON."""
    with tarfile.open(tar, "w") as archive:
        for number, row in enumerate(pq.read_table(table).to_pylist()):
            said = {name: row[name] for name in ("artist", "album", "year", "genre", "side")}
            for suffix, data in (("png", row["image"]["bytes"]), ("json", json.dumps(said).encode())):
                info = tarfile.TarInfo(f"{number:06d}.{suffix}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))


@pytest.mark.slow  # two whole catalogues, indexed
@pytest.mark.parametrize("way", ["parquet", "tar"])
def test_a_catalogue_goes_round(make_home: Callable[[Path, str], CommandHome], tmp_path: Path, way: str) -> None:
    home = make_home(tmp_path / "one", "sqlite")
    write_covers(home.folder / "covers", {"a": 4, "b": 3})
    rows = [
        f"covers/a/{n:03d}.png,A,Album {n},{1990 + n},jazz;soul,{'covers/b/000.png' if n == 1 else ''}"
        for n in range(4)
    ]
    rows += [f"covers/b/{n:03d}.png,B,Other {n},,rock," for n in (1, 2)]
    (home.folder / "m.csv").write_text("file,artist,album,year,genre,back\n" + "\n".join(rows) + "\n")
    home.sleeve("add", "m.csv")
    home.sleeve("index")
    home.sleeve("export", "out.parquet", "--images", "--vectors")
    picture = write_covers(tmp_path / "query", {"q": 1}, first_seed=50)[0]
    before, stored = answers(home, picture), vectors_of(home)
    assert len(before) == 6
    assert home.json("status")["albums"] == 6
    moved = tmp_path / f"moved.{way}"
    if way == "tar":
        as_tar(home.folder / "out.parquet", moved)
    else:
        (home.folder / "out.parquet").rename(moved)
    (home.folder / "covers").rename(home.folder / "gone")
    other = make_home(tmp_path / "two", "sqlite")
    assert other.json("add", moved)["added"] == 7
    other.sleeve("index")
    assert other.json("status")["albums"] == 6
    assert answers(other, picture) == before
    again = vectors_of(other)
    names = list(stored) if way == "parquet" else [f"{moved}/{number:06d}.png" for number in range(len(stored))]
    for mine, theirs in zip(stored.values(), (again[name] for name in names), strict=True):
        assert np.array_equal(mine, theirs)
    if way == "parquet":
        exported = pq.read_table(moved).to_pylist()
        for row in exported:
            assert np.array_equal(np.array(row["vector"], np.float32), again[row["file"]])
