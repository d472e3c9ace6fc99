"""Colours by an embedded profile, against the published formulas."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from indexer.images.decoding import decode
from tests.indexer.images.decoding.icc import BLACK_INK, INKS, P3, cmyk_profile, grey_profile, rgb_profile
from tests.indexer.images.decoding.pictures import artwork, encode, plain

_XYZ_TO_LINEAR = np.linalg.inv(
    np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.7141]])
)
"""XYZ under D50 to linear sRGB: the inverse of what the profile of sRGB has."""

WIDE = rgb_profile(P3, 2.2)
LOSSLESS: dict[str, dict[str, Any]] = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}}
LOSSY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 100},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "HEIF": {"quality": 100, "chroma": 444},
}


def srgb(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """XYZ under D50 → sRGB, 0 to 255 (IEC 61966-2-1)."""
    linear = np.clip(_XYZ_TO_LINEAR @ xyz, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def xyz_of(lab: tuple[float, ...]) -> NDArray[np.float64]:
    """CIELAB → XYZ, both under D50 (CIE 15)."""
    y = (lab[0] + 16) / 116
    roots = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    return np.array([0.9642, 1.0, 0.8249]) * np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29))


def colour(data: bytes) -> NDArray[np.int64]:
    found = np.asarray(decode(data)).reshape(-1, 3).astype(int)
    assert np.ptp(found, axis=0).max() <= 2
    first: NDArray[np.int64] = found[0]
    return first


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
def test_a_wide_gamut_in_every_format(format_name: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    given = (200, 100, 60)
    expected = srgb(np.array(P3) @ (np.array(given) / 255) ** 2.2)
    data = encode(plain(given, size=(32, 32)), format_name, icc_profile=WIDE, **(LOSSLESS | LOSSY)[format_name])
    assert np.abs(colour(data) - expected).max() <= (2 if format_name in LOSSLESS else 4)
    assert np.abs(expected - given).max() > 15


def test_the_profile_is_for_the_colours_behind_the_transparency() -> None:
    expected = srgb(np.array(P3) @ (np.array((200, 100, 60)) / 255) ** 2.2)
    found = colour(encode(plain((200, 100, 60, 51), "RGBA"), "PNG", icc_profile=WIDE))
    assert np.abs(found - (255 + (expected - 255) * 0.2)).max() <= 2
    palette = encode(plain((200, 100, 60)).quantize(2), "PNG", icc_profile=WIDE)
    assert np.abs(colour(palette) - expected).max() <= 2


def test_grey() -> None:
    for mode, value in (("L", 100), ("LA", (100, 255)), ("I;16", 100 * 257)):
        data = encode(Image.new(mode, (16, 16), value), "PNG", icc_profile=grey_profile(1.8))
        assert (
            np.abs(colour(data) - srgb(xyz_of((0, 0, 0)) + np.array([0.9642, 1, 0.8249]) * (100 / 255) ** 1.8)).max()
            <= 2
        )


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_ink(format_name: str) -> None:
    """The paper is white, as the perceptual intent wants it; what is in between is nearer than a naive conversion."""
    for ink, lab in {**INKS, (0, 0, 0, 1): BLACK_INK}.items():
        picture = plain(tuple(255 * one for one in ink), "CMYK")
        options = {"quality": 100} if format_name == "JPEG" else {}
        found = colour(encode(picture, format_name, icc_profile=cmyk_profile(), **options))
        with_lcms = ImageCms.profileToProfile(
            picture, _opened(cmyk_profile()), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        assert with_lcms is not None
        assert np.abs(found - np.array(with_lcms.getpixel((0, 0)))).max() <= 3
        naive = np.array(picture.convert("RGB").getpixel((0, 0)))
        right = srgb(xyz_of(lab))
        assert np.abs(found - right).max() <= 40
        assert np.abs(found - right).sum() <= np.abs(naive - right).sum()


def test_black_ink_is_not_taken_for_the_other_three() -> None:
    """Half the black ink is a neutral grey; three inks of half each are not, and Chromium shows those instead."""
    grey = colour(encode(plain((0, 0, 0, 128), "CMYK"), "JPEG", quality=100, icc_profile=cmyk_profile()))
    three = colour(encode(plain((128, 128, 128, 0), "CMYK"), "JPEG", quality=100, icc_profile=cmyk_profile()))
    assert np.ptp(grey) <= 3
    assert np.ptp(three) >= 10


def _opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    import io

    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def test_srgb_in_other_words_changes_nothing() -> None:
    art = artwork(64, 1)
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for format_name in ("PNG", "JPEG"):
        assert decode(encode(art, format_name, icc_profile=own)).tobytes() == decode(encode(art, format_name)).tobytes()


@pytest.mark.parametrize("profile", [b"", b"junk", WIDE[:200], grey_profile(1.8), cmyk_profile(), WIDE + bytes(2**22)])
def test_a_profile_that_cannot_be_used(profile: bytes) -> None:
    assert (
        decode(encode(artwork(64, 1), "JPEG", icc_profile=profile)).tobytes()
        == decode(encode(artwork(64, 1), "JPEG")).tobytes()
    )
