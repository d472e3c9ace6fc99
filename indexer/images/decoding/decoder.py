"""Bytes → upright RGB, through Pillow, with everything bounded and every failure named."""

import math
import re
import struct
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from indexer.images.decoding.animation import is_animation, later_frames, shows_something
from indexer.images.decoding.boxes import BOXED, as_still
from indexer.images.decoding.budget import PixelBudget
from indexer.images.decoding.colour import to_rgb
from indexer.images.decoding.fitting import REDUCING_GAP
from indexer.images.decoding.limits import DEFAULT_LIMITS, LARGE_PIXELS, MAX_PIXELS_IN_WORK, DecodingLimits
from indexer.images.decoding.mending import with_other_ends, without_metadata
from indexer.images.decoding.sniffing import sniff
from indexer.images.decoding.structure import BoundedSource, check_structure, reaches_past_end
from indexer.images.decoding.unsupported import unsupported_kind
from sleeve.errors import FileRejectedError, one_line
from sleeve.platform import return_freed_memory
from sleeve.vocabulary import Rejection

Seen = TypeVar("Seen")

PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""Named so that they are imported: for a format not registered yet, Image.open would import every plugin there is."""

KEEP_PER_TARGET_PX = 2.5
"""A JPEG is decoded at half scale if its shorter side then still has this many pixels for each one wanted.

Mean absolute difference of the fitted square to that of a full decode, over the loss of saving the picture at quality
90: 0.84 (at most 0.90) on sharp covers at this factor and 0.58 on enlarged ones; at a factor of 2 it would be 1.03, at
a quarter scale 1.8 even for a factor of 3.3. benchmarks/decoding.py shows both.
"""

_MAX_RLE_PIXELS = 2**23

_MAX_EXIF_BYTES = 2**20

_JPEG_SCAN = b"\xff\xda"

_ORIENTATION = 274

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what undoes it (TIFF 6.0, tag 274)."""

_ON_ITS_SIDE = frozenset(_UPRIGHT[turn] for turn in (5, 6, 7, 8))

_FAILURES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    RuntimeError,
    SystemError,
    MemoryError,
    Warning,
    struct.error,
    zlib.error,
)
"""What Pillow's parsers raise for damaged bytes; it promises no narrower set. Warnings too, if they are errors."""

# Several pictures are decoded at once; one by all cores would only slow the others down.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_budget = PixelBudget(MAX_PIXELS_IN_WORK)

_PILLOW_WARNINGS = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def decode(data: bytes, limits: DecodingLimits = DEFAULT_LIMITS, *, reduce_to_px: int | None = None) -> Image.Image:
    """The picture in the bytes of a file of any format that ``sniff`` knows: mode RGB, in sRGB, upright, opaque.

    Of several pictures it is the first; of an animation the first frame that shows something.

    Args:
        reduce_to_px: the ``size_px`` that ``fit`` will be asked for; a large JPEG is then decoded at half scale if
            that changes the result less than saving the JPEG again would. None keeps every pixel.

    Raises:
        FileRejectedError: always with a reason; see ``Rejection``.
    """
    if not data:
        raise FileRejectedError(Rejection.EMPTY)
    if len(data) > limits.max_bytes:
        raise FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {limits.max_bytes:,} bytes")
    format_name = sniff(data)
    check_structure(data, format_name, limits.max_pixels)
    try:
        return _decoded(data, format_name, limits, reduce_to_px)
    except FileRejectedError as error:
        if error.reason not in {Rejection.DAMAGED, Rejection.TRUNCATED}:
            raise
        whole = _whole(data, format_name, limits, reduce_to_px)
        if whole is None:
            raise
        return whole


def size_px(data: bytes, limits: DecodingLimits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Width and height of the upright picture in the bytes of a file, by its header alone.

    Raises:
        FileRejectedError: it has none that ``decode`` would take.
    """
    return _by_header(data, limits, lambda image: image.size[::-1] if _turn(image) in _ON_ITS_SIDE else image.size)


def is_plain_jpeg(data: bytes, limits: DecodingLimits = DEFAULT_LIMITS) -> bool:
    """Whether the bytes of a file are a JPEG, in RGB or grey, that is upright as it is stored, by its header alone.

    Raises:
        FileRejectedError: as ``size_px``.
    """
    return _by_header(
        data, limits, lambda image: image.format == "JPEG" and image.mode in {"RGB", "L"} and _turn(image) is None
    )


def _by_header(data: bytes, limits: DecodingLimits, look: Callable[[ImageFile.ImageFile], Seen]) -> Seen:
    if not data:
        raise FileRejectedError(Rejection.EMPTY)
    format_name = sniff(data)
    check_structure(data, format_name, limits.max_pixels)
    _quieten_pillow()
    try:
        return look(_opened(BoundedSource(as_still(data, format_name) if format_name in BOXED else data), format_name))
    except Image.DecompressionBombError as error:
        raise FileRejectedError(Rejection.TOO_MANY_PIXELS) from error
    except _FAILURES as error:
        raise FileRejectedError(Rejection.DAMAGED, format_name) from error


def _whole(data: bytes, format_name: str, limits: DecodingLimits, reduce_to_px: int | None) -> Image.Image | None:
    """The picture of a file that is broken, if what is broken is not its pixels."""
    with suppress(FileRejectedError):
        return _decoded(without_metadata(data, format_name), format_name, limits, reduce_to_px)
    try:
        found = [_decoded(one, format_name, limits, reduce_to_px) for one in with_other_ends(data, format_name)]
    except FileRejectedError:
        return None
    return found[0] if found and all(one == found[0] for one in found) else None


def _decoded(data: bytes, format_name: str, limits: DecodingLimits, reduce_to_px: int | None) -> Image.Image:
    _quieten_pillow()
    source = BoundedSource(as_still(data, format_name) if format_name in BOXED else data)
    try:
        image = _opened(source, format_name)
        _check_size(image, limits)
        stored_pixels = math.prod(image.size)
        if reduce_to_px is not None:
            _reduce(image, reduce_to_px)
        with _budget.reserve(_pixels_in_work(image, data, stored_pixels)):
            picture = _made_smaller(_first_to_show(image, limits), limits, reduce_to_px)
            if stored_pixels >= LARGE_PIXELS:
                if picture is not image:
                    image.close()
                return_freed_memory()
            return picture
    except Image.DecompressionBombError as error:
        raise FileRejectedError(Rejection.TOO_MANY_PIXELS) from error
    except _FAILURES as error:
        if kind := unsupported_kind(data, format_name):
            raise FileRejectedError(Rejection.UNSUPPORTED_FORMAT, kind) from error
        cut = source.ended_early or "truncated" in str(error).lower() or reaches_past_end(data, format_name)
        reason = Rejection.TRUNCATED if cut else Rejection.DAMAGED
        detail = "unreadable or unusual header" if isinstance(error, UnidentifiedImageError) else one_line(error)
        raise FileRejectedError(reason, f"{format_name}: {detail}") from error


def _pixels_in_work(image: ImageFile.ImageFile, data: bytes, stored_pixels: int) -> int:
    """The pixels that an image counts as while it is decoded.

    Args:
        stored_pixels: those of the file; the image may be about to be decoded at a smaller scale.
    """
    if is_animation(image):
        # Pillow holds the frame before, and what a frame is drawn over.
        return 2 * stored_pixels
    if image.format == "JPEG" and data.count(_JPEG_SCAN) > 1:
        # libjpeg holds the whole of a picture that comes in several scans, at whatever scale it is decoded.
        return stored_pixels
    return math.prod(image.size)


def _made_smaller(picture: Image.Image, limits: DecodingLimits, target_px: int | None) -> Image.Image:
    """The picture by whole steps, if few pixels are to be kept: by those that ``fit`` would begin with, or more."""
    if limits.kept_pixels is None:
        return picture
    step = math.isqrt(math.prod(picture.size) // limits.kept_pixels)
    if target_px is not None:
        step = max(step, int(min(picture.size) / (target_px * REDUCING_GAP)))
    return picture.reduce(step) if step > 1 else picture


def _opened(source: BoundedSource, format_name: str) -> ImageFile.ImageFile:
    if format_name == "HEIF":
        # Its library takes time to load, and few catalogues need it.
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return Image.open(source, formats=(format_name,))


def _first_to_show(image: ImageFile.ImageFile, limits: DecodingLimits) -> Image.Image:
    """The picture; of an animation that begins with an empty frame, the first that is not."""
    image.load()
    first = _upright_rgb(image)
    if not is_animation(image) or shows_something(first):
        return first
    first = first.copy()
    with suppress(*_FAILURES):
        for frame in later_frames(image, limits.max_pixels):
            picture = _upright_rgb(frame)
            if shows_something(picture):
                return picture
    return first


def _check_size(image: ImageFile.ImageFile, limits: DecodingLimits) -> None:
    width, height = image.size
    size = f"{width} x {height} px"
    # Pillow unpacks run lengths in Python, a pixel at a time.
    runs = any(tile.codec_name == "bmp_rle" for tile in image.tile)
    if width * height > (min(limits.max_pixels, _MAX_RLE_PIXELS) if runs else limits.max_pixels):
        raise FileRejectedError(Rejection.TOO_MANY_PIXELS, size)
    if min(width, height) < limits.min_side_px:
        raise FileRejectedError(Rejection.TOO_FEW_PIXELS, size)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # libtiff unpacks a tile whole, however little of it the picture shows.
        across, down = image.tag_v2.get(TiffImagePlugin.TILEWIDTH), image.tag_v2.get(TiffImagePlugin.TILELENGTH)
        if isinstance(across, int) and isinstance(down, int) and across * down > limits.max_pixels:
            raise FileRejectedError(Rejection.TOO_MANY_PIXELS, f"tiles of {across} x {down} px")


def _reduce(image: ImageFile.ImageFile, target_px: int) -> None:
    """Have a JPEG decoded at 1/2, by its DCT, if enough pixels stay; no other format can, and ignores it."""
    wanted = max(math.ceil(KEEP_PER_TARGET_PX * target_px), min(image.size) // 2)
    image.draft(None, (wanted, wanted))


def _upright_rgb(image: ImageFile.ImageFile) -> Image.Image:
    turn = _turn(image)
    upright = to_rgb(image)
    if turn is not None:
        upright = upright.transpose(turn)
    # What the file says about itself held for its stored pixels; an orientation left here would turn the picture twice.
    upright.info = {}
    return upright


def _turn(image: ImageFile.ImageFile) -> Image.Transpose | None:
    """What the EXIF orientation asks for; broken EXIF asks for nothing, and is no reason to lose the cover."""
    if len(image.info.get("exif") or b"") > _MAX_EXIF_BYTES:
        return None
    try:
        return _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except _FAILURES:
        return None


def _quieten_pillow() -> None:
    """Keep one filter ahead of all others that drops what Pillow's own modules warn of.

    What they warn of (odd metadata, many pixels) is either harmless here or checked here. ``warnings.catch_warnings``
    would swap the filters of the whole process under the other threads; putting this one first is done once.
    """
    if warnings.filters[:1] != [_PILLOW_WARNINGS]:
        warnings.filterwarnings("ignore", module=r"PIL\.")
