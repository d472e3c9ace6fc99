"""AVIF and HEIF: what they hold, and the bounds on it."""

import struct
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from indexer.images.decoding import DecodingLimits, boxes, decode
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import BLUE, RED, WHITE, Pixels, artwork, corners, encode, near, plain

pillow_heif.register_heif_opener()

UPRIGHT = corners()
FORMATS = ("AVIF", "HEIF")


def rejection(data: bytes, limits: DecodingLimits | None = None) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        decode(data, limits or DecodingLimits())
    return caught.value.reason, caught.value.detail


@pytest.fixture(scope="module", params=FORMATS)
def art(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, encode(artwork(128, 0), request.param)


@pytest.mark.parametrize("format_name", FORMATS)
def test_pictures(format_name: str) -> None:
    def encoded(pixels: Pixels, **options: Any) -> bytes:
        return encode(Image.fromarray(pixels), format_name, **options)

    assert near(decode(encoded(UPRIGHT)), UPRIGHT, 40)
    assert near(decode(encoded(UPRIGHT[..., 0])), UPRIGHT[..., :1].repeat(3, 2), 40)
    exif = Image.Exif()
    exif[274] = 6
    assert near(decode(encoded(np.rot90(UPRIGHT).copy(), exif=exif.tobytes())), UPRIGHT, 40)
    clear = encode(plain((*BLUE, 0), "RGBA"), format_name)
    assert decode(clear).getpixel((0, 0)) == WHITE


def test_several_pictures_are_the_first() -> None:
    two = {"save_all": True, "append_images": [plain(BLUE, size=(64, 64))]}
    assert near(decode(encode(plain(RED, size=(64, 64)), "HEIF", **two)), np.asarray(plain(RED, size=(64, 64))))
    assert near(decode(encode(plain(RED, size=(64, 64)), "AVIF", **two)), np.asarray(plain(RED, size=(64, 64))))


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_header_stops_a_large_picture(format_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(plain(size=(64, 64)), format_name).replace(
        struct.pack(">II", 64, 64), struct.pack(">II", 12_000, 9_000)
    )
    monkeypatch.setattr("PIL.Image.open", None)
    assert rejection(data) == (Rejection.TOO_MANY_PIXELS, "108,000,000 px")


def test_the_size_of_an_av1_frame_is_read_from_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "_stated_pixels", lambda *_: ())
    size = (200, 120)
    for options in (
        {},
        {"save_all": True, "append_images": [plain(size=size)] * 2},
        {"subsampling": "4:4:4"},
        {"speed": 10},
    ):
        data = encode(artwork(200, 0).crop((0, 0, *size)), "AVIF", **options)
        boxes.check_boxes(data, "AVIF", 200 * 120)
        with pytest.raises(FileRejectedError, match="24,000 px"):
            boxes.check_boxes(data, "AVIF", 200 * 120 - 1)


def test_a_file_cut_short_says_so(art: tuple[str, bytes]) -> None:
    format_name, data = art
    for kept in (60, 120, len(data) // 2, len(data) - 40):
        assert rejection(data[:kept])[0] is Rejection.TRUNCATED, (format_name, kept)


def test_what_no_cover_has(art: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    format_name, data = art
    meta = data.index(b"meta") - 4
    (size,) = struct.unpack_from(">I", data, meta)
    coding = {"AVIF": b"av01", "HEIF": b"hvc1"}[format_name]
    assert rejection(data[:meta] + data[meta : meta + size] + data[meta:])[0] is Rejection.DAMAGED
    assert rejection(data.replace(b"meta", b"free", 1)) == (
        Rejection.UNSUPPORTED_FORMAT,
        f"{format_name} without a still picture",
    )
    assert rejection(data.replace(coding, b"unci", 1)) == (Rejection.UNSUPPORTED_FORMAT, f"{format_name} of kind unci")
    assert rejection(data[:meta] + struct.pack(">I4s", 4, b"free") + data[meta:])[0] is Rejection.DAMAGED
    monkeypatch.setattr(boxes, "_MAX_BOXES", 20)
    decode(data)
    assert rejection(data[:meta] + struct.pack(">I4s", 8, b"free") * 20 + data[meta:])[0] is Rejection.DAMAGED
