"""Bounds on what Pillow is asked to parse, each tested with a harmless file just over it."""

import struct
from collections.abc import Mapping

import pytest

from indexer.images.decoding import decode, structure, tiff_tags
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import artwork, bmp, chunk, encode, plain, png, tiff


def rejection(data: bytes) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        decode(data)
    return caught.value.reason, caught.value.detail


JPEG = encode(plain(), "JPEG")
TOO_MANY_SEGMENTS = (Rejection.DAMAGED, "JPEG: too many scans or segments")


def _with_segments(code: int, body: bytes, times: int) -> bytes:
    return JPEG[:2] + (struct.pack(">BBH", 0xFF, code, len(body) + 2) + body) * times + JPEG[2:]


def test_exif_segments() -> None:
    assert rejection(_with_segments(0xE1, b"Exif\0\0garbage", 65)) == TOO_MANY_SEGMENTS
    decode(_with_segments(0xE1, b"Exif\0\0garbage", 64))
    decode(_with_segments(0xE1, b"http://ns.adobe.com/xmp/extension/\0garbage", 1000))


def test_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "_MAX_SEGMENTS", 100)
    assert rejection(_with_segments(0xFE, b"", 100)) == TOO_MANY_SEGMENTS
    decode(_with_segments(0xFE, b"", 50))


def _repeat_last_scan(times: int) -> bytes:
    data = encode(artwork(64, 0), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * times + data[-2:]


def test_scans() -> None:
    assert rejection(_repeat_last_scan(23)) == TOO_MANY_SEGMENTS
    assert decode(_repeat_last_scan(22)).size == (64, 64)


def test_scans_behind_a_comment_that_looks_like_the_end() -> None:
    data = encode(artwork(64, 0), "JPEG", progressive=True)
    comment = b"\xff\xfe\0\4\xff\xd9"
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert rejection(data[:-2] + comment + scan * 23 + data[-2:]) == TOO_MANY_SEGMENTS


def test_scans_of_other_pictures_do_not_count() -> None:
    progressive = encode(artwork(64, 0), "JPEG", progressive=True)
    thumbnails = [b"Exif\0\0garbage" + progressive[:9000]] * 7
    assert sum(t.count(b"\xff\xda") for t in thumbnails) > 32
    inside = b"".join(struct.pack(">BBH", 0xFF, 0xE1, len(t) + 2) + t for t in thumbnails)
    assert decode(JPEG[:2] + inside + JPEG[2:] + (b"\0\2" + progressive[2:]) * 9).tobytes() == decode(JPEG).tobytes()


@pytest.mark.parametrize(
    "data",
    [
        JPEG[:2] + b"\xff" * 1100 + JPEG[2:],
        png((16, 16), 8, 0, [bytes(16)] * 16, chunk(b"IDAT") * 600),
        b"GIF89a\x10\0\x10\0\0\0\0!\xfe" + b"\1a" * 600 + b"\0",
        bmp((16, 100), 8, 1, b"\1\7" * 600),
    ],
    ids=["JPEG padding", "PNG chunks", "GIF comments", "BMP runs"],
)
def test_more_pieces_than_are_read(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "_MAX_READS", 1000)
    assert rejection(data) == (Rejection.DAMAGED, "in too many pieces")


def _long_tag(number: int, tags: Mapping[int, tuple[int, ...]], offset: int = 8) -> bytes:
    """A TIFF with a tag of 300 numbers, at the end of the file."""
    data = tiff((16, 16), {258: (8,), 262: (1,), number: (1,), **tags}, bytes(256))
    entry = data.index(struct.pack("<HHI", number, 3, 1), offset)
    return data[:entry] + struct.pack("<HHII", number, 3, 300, len(data)) + data[entry + 12 :] + bytes(600)


@pytest.fixture
def _few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_tags, "_MAX_VALUES", 299)


@pytest.mark.usefixtures("_few_values")
def test_tiff_tags_of_too_many_values() -> None:
    for number in (258, 277, 324, 65_000):
        assert rejection(_long_tag(number, {})) == (Rejection.DAMAGED, f"TIFF: 300 values in tag {number}")


@pytest.mark.usefixtures("_few_values")
def test_tiff_tags_of_too_many_values_in_a_directory_further_down() -> None:
    start = len(tiff((16, 16), {258: (8,), 262: (1,), 34665: (1,)}, b""))
    data = tiff((16, 16), {258: (8,), 262: (1,), 34665: (start,)}, bytes(256))
    where = start + 18
    exif = struct.pack("<HHHII", 1, 37500, 3, 300, where) + bytes(4)
    assert rejection(data[:start] + exif + bytes(600)) == (Rejection.DAMAGED, "TIFF: 300 values in tag 37500")


def test_a_tag_that_only_claims_many_values() -> None:
    data = tiff((16, 16), {258: (8,), 262: (1,), 65_000: (1,)}, bytes(256))
    claim = data.replace(struct.pack("<HHI", 65_000, 3, 1), struct.pack("<HHI", 65_000, 3, 2**19))
    assert decode(claim).size == (16, 16)


def test_tiff_directories(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tiff((16, 16), {258: (8,), 262: (1,)}, bytes(256))
    decode(data)
    monkeypatch.setattr(tiff_tags, "_MAX_TAGS", 5)
    assert rejection(data) == (Rejection.DAMAGED, "TIFF: too many tags")
    monkeypatch.undo()
    monkeypatch.setattr(tiff_tags, "_MAX_DIRECTORIES", 2)
    pointers = b"".join(struct.pack("<HHII", 34665, 4, 1, 100 + 2 * i) for i in range(3))
    assert rejection(b"II*\0\x08\0\0\0\x03\0" + pointers + bytes(200)) == (Rejection.DAMAGED, "TIFF: too many tags")


def test_a_tiff_whose_directories_are_one() -> None:
    data = tiff((16, 16), {258: (8,), 262: (1,), 34665: (8,), 34853: (8,)}, bytes(256))
    assert decode(data).size == (16, 16)
