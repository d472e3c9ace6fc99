from pathlib import Path

import numpy as np

from db.records import BundleRecord, RepresentativeVectors
from indexer.analysis.catalogue_map import map_of, read_map, write_map
from indexer.analysis.map_layout import Layout
from sleeve.vocabulary import Fingerprint


def test_a_map_takes_the_place_of_the_one_before_and_of_nothing_else(tmp_path: Path) -> None:
    bundle = BundleRecord(1, Fingerprint("f" * 64), "tiny", 2)
    own = tmp_path / "map" / "notes.json"
    own.parent.mkdir()
    own.write_text("the user's")
    file = tmp_path / "map" / f"{bundle.fingerprint}.json"
    for place in (0.25, -0.5):
        ids = np.array([7], dtype=np.int64)
        albums = RepresentativeVectors(ids, ids + 1, np.ones((1, 2), np.float32))
        drawn = map_of(bundle, albums, Layout(np.full((1, 2), place, np.float32), "by hand"))
        write_map(file, drawn)
        assert read_map(file) == drawn
    assert sorted(path.name for path in own.parent.iterdir()) == [file.name, own.name]
    assert own.read_text() == "the user's"
