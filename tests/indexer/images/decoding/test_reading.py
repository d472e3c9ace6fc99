import os
import sys
from pathlib import Path

import pytest

from indexer.images.decoding import DecodingLimits, read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection


def reason(path: Path, limits: DecodingLimits | None = None) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        read(path, limits or DecodingLimits())
    return caught.value.reason, caught.value.detail


def test_returns_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "cover.jpg"
    file.write_bytes(b"anything")
    (tmp_path / "link.jpg").symlink_to(file)
    assert read(file) == b"anything"
    assert read(tmp_path / "link.jpg") == b"anything"


def test_takes_a_file_of_just_the_limit_and_none_larger(tmp_path: Path) -> None:
    file = tmp_path / "cover.jpg"
    file.write_bytes(bytes(100))
    assert read(file, DecodingLimits(max_bytes=100)) == bytes(100)
    assert reason(file, DecodingLimits(max_bytes=99)) == (Rejection.TOO_MANY_BYTES, "over 99 bytes")


def test_a_file_too_large_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cover.jpg"
    file.write_bytes(bytes(100))
    monkeypatch.setattr(Path, "open", None)
    assert reason(file, DecodingLimits(max_bytes=99))[0] is Rejection.TOO_MANY_BYTES


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file that states a size of 0 and has more")
def test_a_file_larger_than_it_states_is_still_bounded() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    assert reason(Path("/proc/self/status"), DecodingLimits(max_bytes=10))[0] is Rejection.TOO_MANY_BYTES


def test_names_what_is_missing_empty_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    assert reason(tmp_path / "gone.jpg") == (Rejection.MISSING, "")
    assert reason(tmp_path / "dangling.jpg") == (Rejection.MISSING, "")
    assert reason(tmp_path / "empty.jpg" / "inside.jpg") == (Rejection.MISSING, "")
    assert reason(tmp_path / "empty.jpg") == (Rejection.EMPTY, "")
    assert reason(tmp_path) == (Rejection.UNREADABLE, "a folder")


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert reason(tmp_path / "a\0b.jpg") == (Rejection.UNREADABLE, "not a possible file name")
    assert reason(tmp_path / ("x" * 5000))[0] is Rejection.UNREADABLE
    assert reason(tmp_path / "loop.jpg")[0] is Rejection.UNREADABLE


def test_never_opens_a_pipe_or_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("has no named pipes")
    os.mkfifo(tmp_path / "pipe.jpg")
    monkeypatch.setattr(Path, "open", None)
    assert reason(tmp_path / "pipe.jpg") == (Rejection.UNREADABLE, "not a regular file")
    assert reason(Path("/dev/zero")) == (Rejection.UNREADABLE, "not a regular file")


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "cover.jpg"
    file.write_bytes(b"anything")
    file.chmod(0)
    assert reason(file) == (Rejection.UNREADABLE, "Permission denied")


def test_a_disk_that_fails_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "cover.jpg").write_bytes(b"anything")
    monkeypatch.setattr(Path, "open", fail)
    assert reason(tmp_path / "cover.jpg") == (Rejection.UNREADABLE, "Input/output error")
