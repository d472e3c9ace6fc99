"""Faults next to the pixels are no reason to refuse a picture; missing pixels are."""

import struct
import zlib
from typing import Any

import pytest

from indexer.images.decoding import decode
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import artwork, chunk, encode, plain

ART = artwork(72, 0)
PROFILE = b"\0" * 300
EXIF = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
"""Orientation 6: turned by a quarter."""

PNG, JPEG = encode(ART, "PNG"), encode(ART, "JPEG")
WEBP = encode(ART, "WEBP", icc_profile=PROFILE, exif=EXIF, xmp=b"<x/>")


def same(broken: bytes, whole: bytes) -> bool:
    return decode(broken).tobytes() == decode(whole).tobytes()


def rejection(data: bytes) -> Rejection:
    with pytest.raises(FileRejectedError) as caught:
        decode(data)
    return caught.value.reason


def _with_chunk(broken: bytes, data: bytes = PNG) -> bytes:
    return data[:33] + broken + data[33:]


@pytest.mark.parametrize(
    "broken",
    [
        chunk(b"gAMA", struct.pack(">I", 45455))[:-1] + b"\0",
        chunk(b"prIv", b"abc")[:-1] + b"\0",
        *(chunk(name, b"a") for name in (b"pHYs", b"cHRM", b"gAMA", b"acTL", b"fcTL")),
        chunk(b"sRGB"),
        chunk(b"fcTL", bytes(26)),
        chunk(b"iCCP", b"x" * 100),
        *(
            chunk(name, start + zlib.compress(bytes(2**21)))
            for name, start in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0"))
        ),
    ],
)
def test_a_broken_chunk_of_a_png(broken: bytes) -> None:
    assert same(_with_chunk(broken), PNG)


def test_what_decides_the_pixels_of_a_png_stays() -> None:
    broken = chunk(b"pHYs", b"a")
    see_through = encode(plain().quantize(4), "PNG", transparency=bytes(1))
    assert same(_with_chunk(broken, see_through), see_through)
    assert decode(see_through).getpixel((0, 0)) == (255, 255, 255)
    turned = encode(ART.crop((0, 0, 72, 40)), "PNG", exif=EXIF)
    assert same(_with_chunk(broken, turned), turned)
    assert decode(turned).size == (40, 72)
    assert rejection(PNG[:29] + bytes(4) + PNG[33:]) is Rejection.DAMAGED  # the checksum of the header


@pytest.mark.parametrize(
    ("code", "content"), [(0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"), (0xED, b"Photoshop 3.0\0")]
)
def test_a_broken_segment_of_a_jpeg(code: int, content: bytes) -> None:
    turned = encode(ART.crop((0, 0, 72, 40)), "JPEG", exif=EXIF)
    segment = struct.pack(">BBH", 0xFF, code, len(content) + 2) + content
    assert same(turned[:2] + segment + turned[2:], turned)
    assert decode(turned).size == (40, 72)


JPEGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "subsampled": {"subsampling": 2},
}


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_without_its_end_marker(kind: str) -> None:
    data = encode(ART, "JPEG", **JPEGS[kind])
    for missing in (1, 2):
        assert same(data[:-missing], data)
    for missing in (5, 13, 39, 100, len(data) // 2):
        assert rejection(data[:-missing]) is Rejection.TRUNCATED


def test_a_progressive_jpeg_that_lacks_its_last_scan() -> None:
    data = encode(ART, "JPEG", progressive=True)
    assert rejection(data[: data.rindex(b"\xff\xda")]) is Rejection.TRUNCATED


def test_a_gif_without_the_end_of_its_pixels() -> None:
    data = encode(ART.quantize(16), "GIF")
    for missing in (1, 2, 3):
        assert same(data[:-missing], data)
    assert rejection(data[:-20]) is Rejection.TRUNCATED


def test_a_webp_with_a_wrong_length_or_broken_metadata() -> None:
    exif, xmp = WEBP.rindex(b"EXIF"), WEBP.rindex(b"XMP ")
    assert same(WEBP[:4] + struct.pack("<I", len(WEBP) + 100) + WEBP[8:], WEBP)
    assert same(WEBP[: xmp + 6], WEBP)
    assert same(WEBP[: xmp + 4] + b"\xff\xff\xff\x7f" + WEBP[xmp + 8 :], WEBP)
    assert decode(WEBP).tobytes() != decode(WEBP[: exif + 10]).tobytes()  # the orientation is gone, the pixels are not
    plain_webp = encode(ART, "WEBP")
    assert rejection(plain_webp[: len(plain_webp) // 2]) is Rejection.TRUNCATED


def test_more_chunks_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.images.decoding.mending._MAX_CHUNKS", 3)
    assert same(_with_chunk(chunk(b"gAMA", b"a")), PNG)
    assert rejection(_with_chunk(chunk(b"gAMA", b"a") * 3)) is Rejection.TRUNCATED
