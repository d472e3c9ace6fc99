import os
from hashlib import sha256
from pathlib import Path

import pytest

from db.records import Placed
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
    for is_first in (True, False):
        with store.set_aside(b"bytes") as put:
            assert any(name.startswith("covers/.aside/") for name in files(tmp_path))
            assert put(path) == Placed(path, stored=is_first)
        assert files(tmp_path) == {f"covers/ab/{HASH}.jpeg"}
        assert path.read_bytes() == b"bytes"


def test_a_file_in_the_way_is_not_written_over(tmp_path: Path) -> None:
    store = CoverStore(tmp_path / "covers")
    path = store.path(HASH, "JPEG")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the user's")
    with store.set_aside(b"bytes") as put:
        placed = put(path)
    assert path.read_bytes() == b"the user's"
    assert placed.stored
    assert placed.path.read_bytes() == b"bytes"
    assert placed.path.parent == path.parent


def test_only_what_was_put_there_is_deleted(tmp_path: Path) -> None:
    store = CoverStore(tmp_path / "covers")
    content_hash = ContentHash(sha256(b"bytes").hexdigest())
    path = store.path(content_hash, "JPEG")
    with store.set_aside(b"bytes") as put:
        put(path)
    other_name = tmp_path / "link.jpeg"
    other_name.symlink_to(path)
    store.delete(path, content_hash, unless_at=[other_name])
    assert path.exists(), "another cover is the same file by another name"
    path.write_bytes(b"the user's")
    store.delete(path, content_hash, unless_at=[])
    assert path.read_bytes() == b"the user's"
    path.write_bytes(b"bytes")
    store.delete(path, content_hash, unless_at=[tmp_path / "gone.jpeg"])
    assert not path.exists()
    store.delete(path, content_hash, unless_at=[])


def test_what_is_not_asked_for_goes_and_what_a_crash_left_goes_later(tmp_path: Path) -> None:
    store = CoverStore(tmp_path / "covers")
    aside = tmp_path / "covers/.aside"
    with store.set_aside(b"bytes"):
        assert len(files(tmp_path)) == 1
    assert files(tmp_path) == set()
    old, young = "0" * 32, "1" * 32
    for name, age_s in ((old, 7200), (young, 60), ("mine.jpeg", 7200)):
        (aside / name).write_bytes(b"half")
        moment = (aside / name).stat().st_mtime - age_s
        os.utime(aside / name, (moment, moment))
    with store.set_aside(b"bytes"):
        pass
    assert files(tmp_path) == {f"covers/.aside/{young}", "covers/.aside/mine.jpeg"}


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "covers").write_text("a file is in the way")
    with pytest.raises(CatalogueError, match="cannot be kept"), CoverStore(tmp_path / "covers").set_aside(b"bytes"):
        pass
