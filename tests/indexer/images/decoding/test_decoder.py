"""Formats, limits and reasons."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.images.decoding import DecodingLimits, ResizeRule, decode, decoder, fit
from indexer.images.decoding.budget import PixelBudget
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import BLUE, GREEN, RED, bmp, chunk, corners, encode, near, plain, png, tiff

UPRIGHT = corners()

LOSSLESS: dict[str, dict[str, Any]] = {"PNG": {}, "WEBP": {"lossless": True}, "GIF": {}, "BMP": {}, "TIFF": {}}

TIFF_COMPRESSIONS = ("raw", "packbits", "tiff_lzw", "tiff_deflate", "lzma", "zstd")


def rejection(data: bytes, limits: DecodingLimits | None = None) -> Rejection:
    with pytest.raises(FileRejectedError) as caught:
        decode(data, limits or DecodingLimits())
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_lossless_formats_keep_every_pixel(format_name: str) -> None:
    found = decode(encode(Image.fromarray(UPRIGHT), format_name, **LOSSLESS[format_name]))
    assert found.mode == "RGB"
    assert (np.asarray(found) == UPRIGHT).all()


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_a_large_picture_can_be_used_after_its_memory_was_given_back(
    format_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "LARGE_PIXELS", 1)
    assert (np.asarray(decode(encode(Image.fromarray(UPRIGHT), format_name, **LOSSLESS[format_name]))) == UPRIGHT).all()


def test_of_a_picture_to_be_held_no_more_is_kept_than_is_looked_at() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (72, 72, 3), np.uint8)
    data = encode(Image.fromarray(pixels), "PNG")
    for kept_pixels, step in ((72 * 72, 1), (36 * 36 + 1, 1), (36 * 36, 2), (24 * 24, 3)):
        kept = decode(data, DecodingLimits(kept_pixels=kept_pixels))
        expected = pixels.reshape(72 // step, step, 72 // step, step, 3).mean((1, 3))
        assert np.abs(np.asarray(kept) - expected).max() < 1, step
    whole, kept = (decode(data, DecodingLimits(kept_pixels=most), reduce_to_px=4) for most in (None, 72 * 72))
    assert (whole.size, kept.size) == ((72, 72), (24, 24))
    assert (fit(whole, 4, ResizeRule.SQUASH) == fit(kept, 4, ResizeRule.SQUASH)).all(), "fit begins with the same steps"


@pytest.mark.parametrize(
    ("format_name", "options", "pixels"),
    [
        ("JPEG", {}, 32 * 24),
        ("JPEG", {"progressive": True}, 64 * 48),
        ("PNG", {}, 64 * 48),
        ("PNG", {"save_all": True, "append_images": [plain(BLUE, size=(64, 48))]}, 2 * 64 * 48),
    ],
)
def test_what_a_picture_counts_as_while_it_is_decoded(
    format_name: str, options: dict[str, Any], pixels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    class Counting(PixelBudget):
        @contextmanager
        def reserve(self, pixels: int) -> Iterator[None]:
            counted.append(pixels)
            yield

    monkeypatch.setattr(decoder, "_budget", Counting(10**9))
    decode(encode(plain(size=(64, 48)), format_name, **options), reduce_to_px=4)
    assert counted == [pixels]


@pytest.mark.parametrize("compression", TIFF_COMPRESSIONS)
def test_tiff_compressions_keep_every_pixel(compression: str) -> None:
    assert (np.asarray(decode(encode(Image.fromarray(UPRIGHT), "TIFF", compression=compression))) == UPRIGHT).all()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"optimize": True}])
def test_jpeg(options: dict[str, Any]) -> None:
    assert near(decode(encode(Image.fromarray(UPRIGHT), "JPEG", quality=95, **options)), UPRIGHT)


@pytest.mark.parametrize("format_name", ["MPO", "PNG", "WEBP", "GIF", "TIFF"])
def test_the_first_of_several_pictures(format_name: str) -> None:
    data = encode(plain(RED), format_name, save_all=True, append_images=[plain(GREEN), plain(BLUE)])
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 3  # type: ignore[attr-defined]
    assert near(decode(data), np.asarray(plain(RED)), 3)


def test_a_gif_whose_frame_is_larger_than_its_canvas() -> None:
    data = encode(Image.fromarray(UPRIGHT), "GIF")
    assert (np.asarray(decode(data[:6] + struct.pack("<HH", 16, 16) + data[10:])) == UPRIGHT).all()


def test_what_a_person_reads() -> None:
    with pytest.raises(FileRejectedError, match=r"^truncated image: PNG: image file is truncated") as caught:
        decode(encode(Image.fromarray(UPRIGHT), "PNG")[:60])
    assert caught.value.__cause__ is not None
    with pytest.raises(FileRejectedError, match=r"^too many pixels: 48 x 32 px$"):
        decode(encode(Image.fromarray(UPRIGHT), "PNG"), DecodingLimits(max_pixels=48 * 32 - 1))
    with pytest.raises(FileRejectedError, match=r"^not an image: HTML text$"):
        decode(b"<!doctype html><title>404</title>")


def test_the_limits_themselves_are_allowed() -> None:
    data = encode(Image.fromarray(UPRIGHT), "PNG")
    exact = DecodingLimits(max_bytes=len(data), max_pixels=48 * 32, min_side_px=32)
    assert decode(data, exact).size == (48, 32)
    assert rejection(data, DecodingLimits(max_bytes=len(data) - 1)) is Rejection.TOO_MANY_BYTES
    assert rejection(data, DecodingLimits(min_side_px=33)) is Rejection.TOO_FEW_PIXELS
    assert rejection(b"") is Rejection.EMPTY
    assert rejection(encode(plain(size=(1, 1)), "GIF")) is Rejection.TOO_FEW_PIXELS


def _claims(width: int, height: int) -> dict[str, bytes]:
    """Small files whose headers speak of a large picture."""
    jpeg = bytearray(encode(plain(), "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", min(height, 65500), min(width, 65500))
    gif = encode(plain(), "GIF")
    webp = bytearray(encode(plain(), "WEBP", lossless=True))
    webp[21:25] = struct.pack("<I", min(width - 1, 16383) | min(height - 1, 16383) << 14)
    tiff = encode(plain(), "TIFF", compression="tiff_deflate", tiffinfo={})
    for side in (256, 257):
        at = tiff.index(struct.pack("<HHIHH", side, 3, 1, 16, 0))
        tiff = tiff[:at] + struct.pack("<HHII", side, 4, 1, width) + tiff[at + 12 :]
    return {
        "PNG": png((width, height), 8, 2, [b""]),
        "JPEG": bytes(jpeg),
        "GIF": gif[:6] + struct.pack("<HH", min(width, 65535), min(height, 65535)) + gif[10:],
        "WEBP": bytes(webp),
        "TIFF": tiff,
        "BMP": bmp((width, height), 24, 0, b""),
    }


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("pillows_own", [False, True])
def test_a_picture_over_the_limit_is_stopped_by_its_header(
    format_name: str, pillows_own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.Image.core.new", None)  # whatever would hold the pixels is never made
    if pillows_own:
        monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 100 * 100 // 2 - 1)
    limits = DecodingLimits() if pillows_own else DecodingLimits(max_pixels=100 * 100 - 1)
    assert rejection(_claims(100, 100)[format_name], limits) is Rejection.TOO_MANY_PIXELS


def test_tiles_larger_than_a_picture_may_be() -> None:
    data = tiff((64, 64), {258: (8,), 262: (1,), 322: (200,), 323: (200,)}, bytes(64 * 64))
    assert rejection(data, DecodingLimits(max_pixels=200 * 200 - 1)) is Rejection.TOO_MANY_PIXELS


def test_a_tile_whose_side_is_no_number() -> None:
    data = tiff((64, 64), {258: (8,), 262: (1,), 322: (8,), 323: (8,)}, bytes(64 * 64))
    data = data.replace(struct.pack("<HHI", 322, 3, 1), struct.pack("<HHI", 322, 1, 1))  # bytes, times the other side
    data = data.replace(struct.pack("<HHIHH", 323, 3, 1, 8, 0), struct.pack("<HHII", 323, 4, 1, 2**16))
    assert decode(data).size == (64, 64)


def test_a_profile_of_megabytes_in_a_jpeg_is_no_reason() -> None:
    data = encode(Image.fromarray(UPRIGHT), "JPEG", icc_profile=bytes(4 * 2**20))
    assert len(data) > 4 * 2**20
    assert near(decode(data), UPRIGHT, 30)


ALL_FORMATS: dict[str, bytes] = {
    **{name: encode(Image.fromarray(UPRIGHT), name, **options) for name, options in LOSSLESS.items()},
    **{f"TIFF {c}": encode(Image.fromarray(UPRIGHT), "TIFF", compression=c) for c in TIFF_COMPRESSIONS},
    "TIFF jpeg": encode(Image.fromarray(UPRIGHT), "TIFF", compression="jpeg"),
    "TIFF tags first": tiff(
        (48, 32), {258: (8, 8, 8), 259: (8,), 262: (2,), 277: (3,)}, zlib.compress(UPRIGHT.tobytes(), 0)
    ),
    "JPEG": encode(Image.fromarray(UPRIGHT), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
    "JPEG progressive": encode(Image.fromarray(UPRIGHT), "JPEG", progressive=True),
    "MPO": encode(Image.fromarray(UPRIGHT), "MPO"),
    "WEBP lossy": encode(Image.fromarray(UPRIGHT), "WEBP"),
    "BMP run lengths": bmp(
        (48, 32), 8, 1, b"".join(b"\x18" + bytes([i]) + b"\x18\x07\0\0" for i in range(32)) + b"\0\1"
    ),
}


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_a_file_cut_short_says_so(name: str) -> None:
    data = ALL_FORMATS[name]
    decode(data)
    for kept in sorted({30, 40, 60, len(data) // 4, len(data) // 2, len(data) - 40}):
        if kept < len(data) - 20:
            assert rejection(data[:kept]) is Rejection.TRUNCATED, kept


def test_a_picture_that_ends_before_its_file_does() -> None:
    whole = zlib.compress(bytes(32 * (1 + 48 * 3)), 0)
    cut = png((48, 32), 8, 2, []).replace(chunk(b"IDAT", zlib.compress(b"")), chunk(b"IDAT", whole[:2000]))
    assert rejection(cut) is Rejection.TRUNCATED
    long_chunk = struct.pack(">I", 2**22) + b"prIv" + bytes(2**21)
    assert rejection(png((16, 16), 8, 0, [], long_chunk)) is Rejection.TRUNCATED


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF deflated", "JPEG"])
def test_a_file_overwritten_in_the_middle_is_damaged(name: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8))
    options: dict[str, Any] = {"compression": "tiff_deflate"} if name == "TIFF deflated" else {}
    options |= {"lossless": True} if name == "WEBP" else {}
    data = bytearray(encode(noise, name.split()[0], **options))
    at = data.index(b"\xff\xdb") if name == "JPEG" else 100
    data[at : at + 40] = b"\x5a" * 40
    assert rejection(bytes(data)) is Rejection.DAMAGED


def test_a_picture_too_large_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.Image.core.new", exhausted)
    assert rejection(ALL_FORMATS["PNG"]) is Rejection.DAMAGED


def test_a_bmp_of_run_lengths_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decode(ALL_FORMATS["BMP run lengths"]).size == (48, 32)
    monkeypatch.setattr(decoder, "_MAX_RLE_PIXELS", 48 * 32 - 1)
    assert rejection(ALL_FORMATS["BMP run lengths"]) is Rejection.TOO_MANY_PIXELS
    assert decode(ALL_FORMATS["BMP"]).size == (48, 32)
