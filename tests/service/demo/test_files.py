from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from service.demo.files import is_whole, write_whole


@pytest.mark.parametrize(("suffix", "format_name"), [(".jpg", "JPEG"), (".png", "PNG"), (".webp", "WEBP")])
def test_an_image_is_whole_until_its_last_byte_is_gone(tmp_path: Path, suffix: str, format_name: str) -> None:
    buffer = BytesIO()
    Image.effect_noise((64, 64), 40).convert("RGB").save(buffer, format_name)
    path = tmp_path / f"cover{suffix}"
    assert not is_whole(path)
    for length in (0, 3, 9, len(buffer.getvalue()) // 2, len(buffer.getvalue()) - 1):
        path.write_bytes(buffer.getvalue()[:length])
        assert not is_whole(path)
    path.write_bytes(buffer.getvalue())
    assert is_whole(path)


def test_writing_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "cover.jpg"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert [found.name for found in path.parent.iterdir()] == ["cover.jpg"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cover.jpg"
    write_whole(path, b"old")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
