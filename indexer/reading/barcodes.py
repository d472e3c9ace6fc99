"""Barcodes of records in a picture: EAN-13 and UPC-A, by zxing-cpp. Only this module knows it."""

import numpy as np
from PIL import Image, ImageFilter

from db.barcodes import barcode_in

_SHARPER = ImageFilter.UnsharpMask(radius=2, percent=150, threshold=0)
"""In photos of whole sleeves, with two pixels for each bar, twice as many barcodes are read after it."""


def read_barcodes(picture: Image.Image) -> tuple[str, ...]:
    """The barcodes in an RGB picture of any size, 13 digits each, in whatever direction they lie; each one once.

    One that lies a little askew may also be misread as another one, whose check digit is right; few of those exist.
    """
    grey = picture.convert("L")
    return _read(grey) or _read(grey.filter(_SHARPER))


def _read(grey: Image.Image) -> tuple[str, ...]:
    # Loaded when it is needed, which few pictures are.
    import zxingcpp

    found = zxingcpp.read_barcodes(np.asarray(grey), formats=zxingcpp.barcode_formats_from_str("EAN13,UPCA"))
    # A UPC-A comes with 13 digits, too.
    return tuple(dict.fromkeys(code for one in found if (code := barcode_in(one.text))))
