"""A cover as a picture for a page: decoded within the limits, scaled down, JPEG. Never the original bytes."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from indexer.decoding import DecodingLimits, decode, read

MIN_SIZE_PX = 16
MAX_SIZE_PX = 2048
_QUALITY = 85


def thumbnail(path: Path, size_px: int, limits: DecodingLimits) -> bytes:
    """A JPEG whose longer side is at most ``size_px``; a smaller cover keeps its size.

    Raises:
        ImageRejectedError: the file is gone or no longer an image that Sleeve can use.
    """
    image = decode(read(path, limits), limits, reduce_to_px=size_px)
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
