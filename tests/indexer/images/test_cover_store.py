import os
from pathlib import Path

import pytest

from indexer.images.cover_store import CoverStore
from sleeve.errors import CatalogueError
from sleeve.vocabulary import ContentHash

HASH = ContentHash("ab" + "0" * 62)


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_bytes_are_put_under_their_hash_and_nothing_is_left_aside(tmp_path: Path) -> None:
    store = CoverStore(tmp_path / "covers")
    path = store.path(HASH, "JPEG")
    assert path == tmp_path / "covers/ab" / f"{HASH}.jpeg"
    assert store.holds(path)
    assert not store.holds(tmp_path / "other.jpeg")
    for _ in range(2):
        with store.set_aside(b"bytes") as put:
            assert any(name.startswith("covers/.aside/") for name in files(tmp_path))
            put(path)
        assert files(tmp_path) == {f"covers/ab/{HASH}.jpeg"}
        assert path.read_bytes() == b"bytes"


def test_what_is_not_asked_for_goes_and_what_a_crash_left_goes_later(tmp_path: Path) -> None:
    store = CoverStore(tmp_path / "covers")
    aside = tmp_path / "covers/.aside"
    with store.set_aside(b"bytes"):
        assert len(files(tmp_path)) == 1
    assert files(tmp_path) == set()
    for name, age_s in (("old", 7200), ("young", 60)):
        (aside / name).write_bytes(b"half")
        moment = (aside / name).stat().st_mtime - age_s
        os.utime(aside / name, (moment, moment))
    with store.set_aside(b"bytes"):
        pass
    assert files(tmp_path) == {"covers/.aside/young"}


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "covers").write_text("a file is in the way")
    with pytest.raises(CatalogueError, match="cannot be kept"), CoverStore(tmp_path / "covers").set_aside(b"bytes"):
        pass
