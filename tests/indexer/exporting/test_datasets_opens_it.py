"""The library ``datasets`` of Hugging Face opens an exported catalogue: pictures, class names, vectors."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.command_home import CommandHome, vectors_of
from tests.factories import write_covers

LOADED = """
import json, os
import numpy as np
from datasets import load_dataset

covers = load_dataset("parquet", data_files="catalogue.parquet", split="train", cache_dir="cache")
assert load_dataset(os.getcwd(), split="train", cache_dir="cache").features == covers.features
print(json.dumps({
    "file": covers["file"][:],
    "genre": covers["genre"][:],
    "label": covers["sleeve_label"][:],
    "names": covers.features["sleeve_label"].names,
    "pixels": [np.asarray(image.convert("RGB"))[::16, ::16].tolist() for image in covers["image"]],
    "vector": covers["vector"][:],
}))
"""


@pytest.mark.slow  # importing the library takes seconds
def test_datasets_opens_it(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    from PIL import Image

    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 2, "rock": 2})
    home.sleeve("add", "covers")
    home.sleeve("index")
    write_covers(tmp_path / "late", {"soul": 1}, first_seed=9)
    home.sleeve("add", "late")
    (tmp_path / "out").mkdir()
    home.sleeve("export", "out/catalogue.parquet", "--vectors", "--images")
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-W", "ignore", "-c", LOADED]
    found = json.loads(subprocess.check_output(command, cwd=tmp_path / "out", env=offline, text=True))
    assert found["genre"] == [["jazz"], ["jazz"], ["rock"], ["rock"], ["soul"]]
    assert [found["names"][label] for label in found["label"]] == ["jazz", "jazz", "rock", "rock", "soul"]
    for file, pixels in zip(found["file"], found["pixels"], strict=True):
        assert pixels == np.asarray(Image.open(tmp_path / file))[::16, ::16].tolist()
    stored = vectors_of(home)
    for file, vector in zip(found["file"][:4], found["vector"][:4], strict=True):
        assert np.array_equal(np.array(vector, np.float32), stored[file])
    assert found["vector"][4] is None
