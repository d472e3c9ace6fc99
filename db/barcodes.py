"""The barcode of a pressing, EAN-13 or UPC-A, as tags, tables and people write it."""

import re
from collections.abc import Mapping

BARCODE_NAMES = frozenset({"barcode", "upc", "ean", "gtin", "wm/barcode", "ean/upn", "upc/ean", "ean/upc"})
"""What tags and columns with a barcode are called, in lower case."""

_SEPARATORS = re.compile(r"[\s\-]+")
_DIGITS = 13
_LEAST_DIGITS = 11
"""A UPC-A is an EAN-13 with a leading zero; if it begins with one itself, spreadsheets take that away."""


def barcode_in(text: str) -> str | None:
    """The 13 digits of a barcode; None if a text is none, or its check digit is wrong.

    The check digit: all digits, every second one three times, add up to a multiple of ten (GS1 General Specifications,
    section 7.9).
    """
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdecimal() and _LEAST_DIGITS <= len(digits) <= _DIGITS):
        return None
    code = digits.zfill(_DIGITS)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
    return code if total % 10 == 0 and code.strip("0") else None


def barcode_of(extra: Mapping[str, str]) -> str | None:
    """The barcode that a source says; None if it says none that can be one."""
    said = (text for name, text in extra.items() if name.strip().lower() in BARCODE_NAMES)
    return next((code for text in said if (code := barcode_in(text))), None)
