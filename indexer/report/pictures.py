"""Covers as small pictures for a page: decoded within the limits and drawn anew, never the original bytes."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from indexer.images.decoding import decode, read
from sleeve.errors import FileRejectedError

_QUALITY = 78


def picture(path: Path, size_px: int) -> Image.Image | None:
    """The cover within a square of ``size_px``; None if it cannot be read any more."""
    try:
        image = decode(read(path), reduce_to_px=size_px)
    except FileRejectedError:
        return None
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    return image


def picture_uri(path: Path, size_px: int) -> str:
    """The same as a data URI; empty if it cannot be read."""
    image = picture(path, size_px)
    if image is None:
        return ""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"
