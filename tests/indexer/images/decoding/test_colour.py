"""What each kind of pixel becomes, by value; everything goes through ``decode``."""

import struct

import numpy as np
import pytest
from PIL import Image

from indexer.images.decoding import decode
from tests.indexer.images.decoding.pictures import BLUE, GREEN, RED, WHITE, Pixels, bmp, chunk, encode, plain, png, tiff


def pixels(data: bytes) -> Pixels:
    image = decode(data)
    assert image.mode == "RGB"
    return np.asarray(image)


def colour(data: bytes) -> tuple[int, ...]:
    """The one colour of a plain picture."""
    found = pixels(data)
    assert (found == found[0, 0]).all()
    return tuple(found[0, 0].tolist())


RAMP_16 = np.tile(np.linspace(0, 65535, 256).round().astype(np.uint16), (16, 1))
RAMP_8 = np.arange(256)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_grey_of_16_bits_is_scaled(format_name: str) -> None:
    found = pixels(encode(Image.fromarray(RAMP_16), format_name))
    assert (found == RAMP_8[None, :, None]).all()


def test_grey_of_16_bits_in_the_other_byte_order() -> None:
    tags = {258: (16,), 262: (1,)}
    assert (pixels(tiff((256, 16), tags, RAMP_16.astype(">u2").tobytes(), ">")) == RAMP_8[None, :, None]).all()


def test_grey_of_16_bits_whose_zero_is_white() -> None:
    found = pixels(tiff((256, 16), {258: (16,), 262: (0,)}, RAMP_16.astype("<u2").tobytes()))
    assert (found == 255 - RAMP_8[None, :, None]).all()


def test_grey_of_12_bits() -> None:
    assert colour(tiff((16, 16), {258: (12,), 262: (1,)}, b"\xff\xff\xff" * 128)) == WHITE
    assert colour(tiff((16, 16), {258: (12,), 262: (1,)}, b"\x80\x08\x00" * 128)) == (128, 128, 128)


def test_colour_of_16_bits_is_scaled() -> None:
    row = np.stack([RAMP_16[0], RAMP_16[0][::-1], RAMP_16[0]], -1).astype(">u2")
    expected = np.stack([RAMP_8, RAMP_8[::-1], RAMP_8], -1)
    assert (pixels(png((256, 16), 16, 2, [row.tobytes()] * 16)) == expected).all()
    tags = {258: (16, 16, 16), 262: (2,), 277: (3,)}
    assert (pixels(tiff((256, 16), tags, np.tile(row.astype("<u2"), (16, 1, 1)).tobytes())) == expected).all()


@pytest.mark.parametrize(("white", "overshoot"), [(1.0, 1.0), (1.0, 1.3), (255.0, 1.0), (65535.0, 1.0), (1e6, 1.0)])
def test_reals_are_scaled_by_the_white_they_suggest(white: float, overshoot: float) -> None:
    ramp = np.tile(np.linspace(0, white, 256, dtype=np.float32), (16, 1))
    ramp[0, -1] = white * overshoot
    ramp[1, :3] = np.nan, -white, np.inf
    found = pixels(encode(Image.fromarray(ramp), "TIFF")).astype(int)
    assert abs(found[2:] - RAMP_8[None, :, None]).max() <= 1
    assert (found[0, -1] == 255).all()
    assert (found[1, :3] == 0).all()


def test_whole_numbers_of_32_bits() -> None:
    for factor in (1, 257):
        ramp = np.tile(np.arange(256, dtype=np.int32) * factor, (16, 1))
        found = pixels(encode(Image.fromarray(ramp), "TIFF"))
        assert abs(found.astype(int) - RAMP_8[None, :, None]).max() <= 1


def test_black_in_every_wide_kind_is_black() -> None:
    for kind in (np.uint16, np.int32, np.float32):
        assert colour(encode(Image.fromarray(np.zeros((16, 16), kind)), "TIFF")) == (0, 0, 0)


def test_cmyk_jpeg_is_ink_on_white() -> None:
    inks = {(255, 0, 0, 0): (0, 255, 255), (0, 255, 255, 0): RED, (0, 0, 0, 255): (0, 0, 0), (0, 0, 0, 0): WHITE}
    for ink, seen in inks.items():
        data = encode(plain(ink, "CMYK"), "JPEG", quality=95)
        assert b"Adobe" in data
        assert np.abs(np.subtract(colour(data), seen)).max() <= 3
        assert colour(encode(plain(ink, "CMYK"), "TIFF")) == seen


def test_ycck_jpeg_is_ink_on_white() -> None:
    # Adobe keeps ink inverted and turns c, m, y as if they were r, g, b: red is no cyan, so r = 0, g = b = 255.
    y, cb, cr = Image.new("RGB", (1, 1), (0, 255, 255)).convert("YCbCr").getpixel((0, 0))  # type: ignore[misc]
    data = encode(plain((255 - y, 255 - cb, 255 - cr, 0), "CMYK"), "JPEG", quality=100)  # Pillow inverts as it saves
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    assert np.abs(np.subtract(colour(data[:at] + b"\2" + data[at + 1 :]), RED)).max() <= 3


def test_palettes() -> None:
    assert colour(encode(plain((10, 200, 30)).quantize(4), "PNG")) == (10, 200, 30)
    assert colour(encode(plain((10, 200, 30)), "GIF")) == (10, 200, 30)
    assert colour(bmp((16, 16), 8, 0, b"\7" * 256)) == (248, 7, 7)
    two = plain(0, "P")
    two.putpalette([*RED, *GREEN])
    two.paste(1, (8, 0, 16, 16))
    found = pixels(encode(two, "PNG", transparency=1))
    assert (found[:, :8] == RED).all()
    assert (found[:, 8:] == WHITE).all()
    found = pixels(encode(two, "PNG", transparency=bytes((51, 255))))
    assert (found[:, :8] == (255, 204, 204)).all()
    assert (found[:, 8:] == GREEN).all()


def test_alpha_is_laid_over_white() -> None:
    for format_name, options in (("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True, "exact": True})):
        assert colour(encode(plain((*BLUE, 51), "RGBA"), format_name, **options)) == (204, 204, 255)
        assert colour(encode(plain((*BLUE, 255), "RGBA"), format_name, **options)) == BLUE
        assert colour(encode(plain((*BLUE, 0), "RGBA"), format_name, **options)) == WHITE
    assert colour(encode(plain((0, 51), "LA"), "PNG")) == (204, 204, 204)
    assert colour(encode(plain((0, 51), "LA"), "TIFF")) == (204, 204, 204)
    assert colour(png((16, 16), 16, 4, [struct.pack(">HH", 0, 51 * 257) * 16] * 16)) == (204, 204, 204)


def test_alpha_that_the_colour_was_multiplied_with_already() -> None:
    assert colour(tiff((16, 16), {258: (8, 8), 262: (1,), 277: (2,), 338: (1,)}, b"\x20\x80" * 256)) == (159, 159, 159)
    rgba = {258: (8, 8, 8, 8), 262: (2,), 277: (4,), 338: (1,)}
    assert colour(tiff((16, 16), rgba, b"\x40\x20\x00\x80" * 256)) == (191, 159, 127)


def test_a_colour_that_means_nothing() -> None:
    clear = chunk(b"tRNS", struct.pack(">HHH", 10, 20, 30))
    assert colour(png((16, 16), 8, 2, [bytes((10, 20, 30)) * 16] * 16, clear)) == WHITE
    assert colour(png((16, 16), 8, 2, [bytes((10, 20, 31)) * 16] * 16, clear)) == (10, 20, 31)
    for depth, row in ((1, b"\0\0"), (8, bytes(16)), (16, bytes(32))):
        assert colour(png((16, 16), depth, 0, [row] * 16, chunk(b"tRNS", b"\0\0"))) == WHITE
        assert colour(png((16, 16), depth, 0, [row] * 16, chunk(b"tRNS", b"\0\1"))) == (0, 0, 0)


def test_the_fourth_byte_of_a_bmp() -> None:
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    assert colour(bmp((16, 16), 32, 3, b"\x30\x20\x10\x80" * 256, masks)) == (135, 143, 151)
    assert colour(bmp((16, 16), 32, 3, b"\x30\x20\x10\x00" * 256, masks)) == (16, 32, 48)
    assert colour(bmp((16, 16), 32, 0, b"\x30\x20\x10\x00" * 256)) == (16, 32, 48)


def test_one_bit_and_other_colour_spaces() -> None:
    assert colour(encode(plain(1, "1"), "PNG")) == WHITE
    assert colour(encode(plain(0, "1"), "TIFF", compression="group4")) == (0, 0, 0)
    assert colour(encode(plain(77, "L"), "PNG")) == (77, 77, 77)
    for mode in ("LAB", "YCbCr"):
        found = colour(encode(plain((200, 30, 60)).convert(mode), "TIFF"))
        assert np.abs(np.subtract(found, (200, 30, 60))).max() <= 3


def test_run_lengths_of_a_bmp() -> None:
    found = pixels(bmp((16, 16), 8, 1, (b"\x08\x07\x08\x09\0\0") * 16 + b"\0\1"))
    assert (found[:, :8] == (248, 7, 7)).all()
    assert (found[:, 8:] == (246, 9, 9)).all()
