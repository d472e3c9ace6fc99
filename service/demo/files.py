"""Files that are either whole or not there."""

from pathlib import Path

from indexer.files import replacing

_JPEG_END = b"\xff\xd9"
_PNG_END = b"IEND\xaeB`\x82"
_WEBP_HEAD_BYTES = 8


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the target and rename, so that an interruption leaves the old file or none.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, durable=False) as fresh:
        fresh.write_bytes(content)


def is_whole(path: Path) -> bool:
    """Whether an image file exists and reaches to its format's end mark; bytes damaged in its middle go unnoticed."""
    try:
        with path.open("rb") as file:
            head = file.read(_WEBP_HEAD_BYTES)
            size = file.seek(0, 2)
            file.seek(max(0, size - len(_PNG_END)))
            tail = file.read()
    except FileNotFoundError:
        return False
    match path.suffix:
        case ".png":
            return tail == _PNG_END
        case ".webp":
            return head[:4] == b"RIFF" and int.from_bytes(head[4:], "little") == size - _WEBP_HEAD_BYTES
        case _:
            return tail.endswith(_JPEG_END)
