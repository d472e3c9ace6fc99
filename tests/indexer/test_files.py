import os
from pathlib import Path

import pytest

from indexer import files
from indexer.files import flush, is_locked, locked, new_folder, replacing
from sleeve.errors import BusyError, OutputError


def test_the_new_file_takes_the_place_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with replacing(path) as fresh:
        fresh.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as fresh:
            fresh.write_text("ne")
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def open_elsewhere(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The target of a rename is open in another process, as Windows says it, until that has been tried so often."""
    replace, tries = Path.replace, 0

    def refused(self: Path, target: Path) -> Path:
        nonlocal tries
        tries += 1
        if tries <= times:
            raise PermissionError(13, "Access is denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)


def test_an_open_file_is_replaced_when_its_reader_has_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(files, "HOLDS_OPEN_FILES", True)
    open_elsewhere(monkeypatch, 3)
    with replacing(path) as fresh:
        fresh.write_text("new")
    assert path.read_text() == "new"


def test_a_file_that_stays_open_is_said_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(files, "HOLDS_OPEN_FILES", True)
    monkeypatch.setattr(files, "_RETRY_FOR_S", 0.1)
    open_elsewhere(monkeypatch, 1000)
    with pytest.raises(PermissionError, match="another program has it open"), replacing(path) as fresh:
        fresh.write_text("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "made") as fresh:
            (fresh / "a").write_text("a")
            assert not (tmp_path / "made").exists()
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        fail()
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "made") as fresh:
        (fresh / "a").write_text("a")
    assert [(path.name, path.read_text()) for path in (tmp_path / "made").iterdir()] == [("a", "a")]
    with pytest.raises(OSError, match="not empty"), new_folder(tmp_path / "made") as fresh:
        (fresh / "b").write_text("b")
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "a"]


def test_folders_that_cannot_be_opened_need_no_flushing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("a")

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    flush(tmp_path)
    with pytest.raises(PermissionError):
        flush(tmp_path / "a")


def test_a_lock_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    lock = tmp_path / "file" / "index.lock"
    with pytest.raises(OutputError, match=r"cannot make the lock .*index\.lock: "), locked(lock, BusyError("busy")):
        pass
    assert not is_locked(lock)
