"""Whatever the bytes, there is an RGB picture or an FileRejectedError."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexer.images.decoding import DecodingLimits, decode
from sleeve.errors import FileRejectedError
from tests.indexer.images.decoding.pictures import artwork, bmp, encode, tiff

LIMITS = DecodingLimits(max_pixels=250_000, min_side_px=1)
"""Small, so that a mutated width does not make the run slow; larger ones have tests of their own."""

_ART = artwork(24, 0)

FILES = [
    *(encode(_ART, name) for name in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")),
    *(
        encode(_ART, name, save_all=True, append_images=[_ART.rotate(90)])
        for name in ("MPO", "PNG", "WEBP", "GIF", "TIFF")
    ),
    encode(_ART, "JPEG", progressive=True, exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"),
    encode(_ART.convert("CMYK"), "JPEG"),
    encode(_ART.quantize(16), "PNG", transparency=bytes((0, 99))),
    encode(_ART.convert("RGBA"), "WEBP", lossless=True),
    encode(_ART, "TIFF", big_tiff=True),
    encode(_ART.convert("F"), "TIFF"),
    tiff((24, 24), {258: (16,), 262: (1,), 274: (6,)}, bytes(24 * 24 * 2), ">"),
    bmp((24, 24), 8, 1, b"\x18\7\0\0" * 24 + b"\0\1"),
]


def check(data: bytes) -> None:
    found: Image.Image | FileRejectedError
    try:
        found = decode(data, LIMITS, reduce_to_px=4)
    except FileRejectedError as error:
        found = error
    if isinstance(found, FileRejectedError):
        assert str(found).isprintable()
    else:
        assert found.mode == "RGB"
        assert 0 < found.width * found.height <= LIMITS.max_pixels


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    check(data)


@given(st.sampled_from([file[:16] for file in FILES]), st.binary(max_size=300))
def test_random_bytes_behind_a_true_beginning(head: bytes, tail: bytes) -> None:
    check(head + tail)


@given(st.sampled_from(FILES), st.data())
def test_mutated_files(file: bytes, draw: st.DataObject) -> None:
    data = bytearray(file)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, min(len(data), 200) - 1) | st.integers(0, len(data) - 1))
        change = draw.draw(st.sampled_from(["set", "extreme", "insert", "remove", "cut"]))
        if change == "set":
            data[at] = draw.draw(st.integers(0, 255))
        elif change == "extreme":
            data[at : at + 4] = draw.draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"])
            )
        elif change == "insert":
            data[at:at] = draw.draw(st.binary(min_size=1, max_size=12))
        elif change == "remove":
            del data[at : at + draw.draw(st.integers(1, 12))]
        else:
            del data[at + 1 :]
        if not data:
            break
    check(bytes(data))
