"""Sound files of kinds that are not decoded are called so, and not damaged."""

import pytest

from indexer.images.decoding import decode
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import artwork, bmp, encode, tiff

JPEG = encode(artwork(48, 0), "JPEG")


def _frame(code: int, bits: int) -> bytes:
    return JPEG.replace(b"\xff\xc0\0\x11\x08", bytes((0xFF, code, 0, 0x11, bits)))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_frame(0xC1, 12), "JPEG of 12 bits"),
        (_frame(0xC5, 8), "JPEG without loss, or in layers"),
        (
            tiff((16, 16), {258: (32,) * 3, 262: (2,), 277: (3,), 339: (3,) * 3}, bytes(16 * 16 * 12)),
            "TIFF of floating-point numbers, 3 x 32 bits",
        ),
        (
            tiff((16, 16), {258: (16,), 262: (1,), 339: (3,)}, bytes(512)),
            "TIFF of floating-point numbers, 1 x 16 bits",
        ),
        (tiff((16, 16), {258: (32,) * 3, 262: (2,), 277: (3,)}, bytes(16 * 16 * 12)), "TIFF of 3 x 32 bits"),
        (tiff((16, 16), {258: (8,), 259: (34712,), 262: (1,)}, bytes(256)), "TIFF compressed as JPEG 2000"),
        (bmp((16, 16), 24, 4, bytes(768)), "BMP with a JPEG inside"),
    ],
)
def test_what_is_not_decoded_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(FileRejectedError) as caught:
        decode(data)
    assert (caught.value.reason, caught.value.detail) == (Rejection.UNSUPPORTED_FORMAT, kind)
