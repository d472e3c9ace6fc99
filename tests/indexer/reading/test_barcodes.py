import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from indexer.reading import read_barcodes
from tests.indexer.artwork.artworks import artwork


def barcode(digits: str, kind: str = "EAN13", scale: int = 4) -> Image.Image:
    drawn = zxingcpp.create_barcode(digits, zxingcpp.barcode_format_from_str(kind))
    return Image.fromarray(np.array(drawn.to_image(scale=scale, add_quiet_zones=True))).convert("RGB")


def back(code: Image.Image, side_px: int = 1200) -> Image.Image:
    """The back of a sleeve with a barcode in its corner."""
    picture = artwork(3).resize((side_px, side_px))
    picture.paste(code, (side_px - code.width - 40, side_px - code.height - 40))
    return picture


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 2, 3, 5, -4])
def test_a_barcode_is_read_in_whatever_direction_it_lies(turn: int) -> None:
    picture = back(barcode("5099902988023")).rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor="grey")
    assert "5099902988023" in read_barcodes(picture)


def test_a_upc_has_13_digits_and_other_codes_are_none() -> None:
    assert read_barcodes(back(barcode("036000291452", "UPCA"))) == ("0036000291452",)
    assert read_barcodes(back(barcode("https://example.org", "QRCode"))) == ()


def test_a_blurred_one_is_read_after_sharpening() -> None:
    code = barcode("5099902988023").resize((200, 120), Image.Resampling.LANCZOS)
    picture = back(code).filter(ImageFilter.GaussianBlur(1.2))
    assert zxingcpp.read_barcodes(np.asarray(picture.convert("L"))) == []
    assert read_barcodes(picture) == ("5099902988023",)


def test_covers_have_none() -> None:
    assert [read_barcodes(artwork(seed).resize((900, 900))) for seed in range(4)] == [()] * 4
