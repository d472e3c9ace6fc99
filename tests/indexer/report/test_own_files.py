from pathlib import Path

import pytest

from indexer.report.own_files import LEDGER, require_own, write_files
from sleeve.errors import OutputError


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LEDGER}


def test_a_report_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"mine")
    write_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    write_files(tmp_path, {"a.csv": b"3", "c.csv": b"4"})
    write_files(tmp_path, {"b.csv": b"5"})
    require_own(tmp_path, ("a.csv", "d.csv"))
    assert files(tmp_path) == {"a.csv": b"3", "b.csv": b"5", "c.csv": b"4", "notes.txt": b"mine"}


@pytest.mark.parametrize("ledger", [None, b"", b"[]", b'{"b.csv": 1}', b'{"b.csv": ["0"]}'])
def test_a_file_that_no_report_wrote_is_not_written_over(tmp_path: Path, ledger: bytes | None) -> None:
    (tmp_path / "b.csv").write_bytes(b"mine")
    if ledger is not None:
        (tmp_path / LEDGER).write_bytes(ledger)
    with pytest.raises(OutputError, match=r"b\.csv was not written by a report, or was changed since"):
        write_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    assert files(tmp_path) == {"b.csv": b"mine"}


def test_a_file_that_was_changed_since_is_not_written_over(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    (tmp_path / "b.csv").write_bytes(b"2, and my notes")
    for names in (("b.csv",), ()):
        with pytest.raises(OutputError, match=r"b\.csv"):
            require_own(tmp_path, names)
    with pytest.raises(OutputError, match=r"b\.csv"):
        write_files(tmp_path, {"a.csv": b"3", "b.csv": b"4"})
    assert files(tmp_path) == {"a.csv": b"1", "b.csv": b"2, and my notes"}


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OutputError, match=r"a\.csv"):
        write_files(tmp_path, {"a.csv": b"1"})


def test_a_report_that_was_stopped_in_between_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    write_bytes = Path.write_bytes

    def stop_at_b(path: Path, data: bytes) -> int:
        if data == b"4":
            raise KeyboardInterrupt
        return write_bytes(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", stop_at_b)
        with pytest.raises(KeyboardInterrupt):
            write_files(tmp_path, {"a.csv": b"3", "b.csv": b"4"})
    assert files(tmp_path) == {"a.csv": b"3", "b.csv": b"2"}
    write_files(tmp_path, {"a.csv": b"5", "b.csv": b"6"})
    assert files(tmp_path) == {"a.csv": b"5", "b.csv": b"6"}
