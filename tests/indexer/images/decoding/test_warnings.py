"""What Pillow warns of neither escapes nor rejects a file, on however many threads; other warnings are left alone."""

import io
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from indexer.images.decoding import DecodingLimits, decode, decoder
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import chunk, encode, plain, png, tiff

CUT_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x09\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0"
TWO_ANIMATIONS = chunk(b"acTL", struct.pack(">II", 2, 0)) * 2

SUSPECT = {
    "JPEG with EXIF cut short": encode(plain(), "JPEG", exif=CUT_EXIF),
    "JPEG with a broken index of pictures": encode(plain(), "JPEG", extra=b"\xff\xe2\0\x10MPF\0garbage..."),
    "PNG animated twice": png((16, 16), 8, 2, [bytes((255, 0, 0)) * 16] * 16, TWO_ANIMATIONS),
    "TIFF with a tag of one value that has two": tiff(
        (16, 16), {258: (8, 8, 8), 262: (2,), 277: (3,), 266: (1, 1)}, bytes((255, 0, 0)) * 256
    ),
}


@pytest.mark.parametrize("name", SUSPECT)
def test_warnings_do_not_escape(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = decode(SUSPECT[name])
    assert np.abs(np.asarray(found).astype(int) - (255, 0, 0)).max() <= 3
    assert caught == []


@pytest.mark.parametrize("name", SUSPECT)
def test_these_files_do_make_pillow_warn(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Image.open(io.BytesIO(SUSPECT[name])) as image:
            image.load()
    assert caught


def test_warnings_that_are_errors_reject_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in SUSPECT.values():
            decode(data)


def test_filters_swapped_by_another_thread_at_the_wrong_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "_quieten_pillow", lambda: None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FileRejectedError):
            decode(SUSPECT["TIFF with a tag of one value that has two"])


def test_many_pixels_are_for_the_limits_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    header = png((96, 96), 1, 0, [])
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 96 * 96 - 1)  # from here on Pillow warns
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FileRejectedError) as caught:
            decode(header, DecodingLimits(max_pixels=9_000))
    assert caught.value.reason is Rejection.TOO_MANY_PIXELS
    assert caught.value.detail == "96 x 96 px"


def test_the_filters_of_the_process_gain_one_that_concerns_pillow_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        for _ in range(3):
            for data in SUSPECT.values():
                decode(data)
        assert [*warnings.filters][1:] == before
        with pytest.raises(UserWarning, match="mine"):
            warnings.warn("mine", stacklevel=1)


def test_threads_see_what_one_thread_sees() -> None:
    good = [encode(plain(colour, size=(64, 48)), "JPEG") for colour in ((1, 2, 3), (200, 100, 0))]
    good.append(encode(plain((9, 9, 9)), "PNG"))
    files = [*SUSPECT.values(), *good, b"<html>", encode(plain(), "PNG")[:50]] * 20

    def outcome(data: bytes) -> bytes | str:
        try:
            return decode(data, reduce_to_px=16).tobytes()
        except FileRejectedError as error:
            return str(error)

    alone = [outcome(data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, files)) == alone
