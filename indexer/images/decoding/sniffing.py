"""Which format the first bytes announce; the name of a file has no say in it."""

import re

from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

_ACCEPTED: dict[str, re.Pattern[bytes]] = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
    "TIFF": re.compile(rb"II[*+]\x00|MM\x00[*+]|II\x00\*|MM\*\x00"),
    # A file of several brands is an AVIF if one of them says so.
    "AVIF": re.compile(rb".{4}ftyp(avi[fs]|m[is]f1.{4}(.{4}){0,12}?avi[fs])", re.DOTALL),
    "HEIF": re.compile(rb".{4}ftyp(hei[cxms]|hev[cxms]|m[is]f1)", re.DOTALL),
    # "BM" alone begins many a text; after it comes the size of the second header, one of seven.
    "BMP": re.compile(rb"BM(.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00|.{,15}\Z)", re.DOTALL),
}
"""Pillow's name of each format that is decoded, and how its files begin."""

_OTHER_IMAGES: dict[str, re.Pattern[bytes]] = {
    "JPEG 2000": re.compile(rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51"),
    "JPEG XL": re.compile(rb"\xff\x0a|\x00\x00\x00\x0cJXL "),
    "ICO": re.compile(rb"\x00\x00[\x01\x02]\x00[^\x00]\x00"),
    "PSD": re.compile(rb"8BPS"),
    "PDF": re.compile(rb"\s*%PDF-"),
    "PostScript": re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"),
    "PPM": re.compile(rb"P[1-7Ff]\s"),
    "SVG": re.compile(rb"(\xef\xbb\xbf)?\s*<(svg|\?xml.*<svg|!--.*<svg|!doctype\s+svg)\b", re.DOTALL | re.IGNORECASE),
    "QOI": re.compile(rb"qoif"),
    "DDS": re.compile(rb"DDS "),
    "ICNS": re.compile(rb"icns"),
    "OpenEXR": re.compile(rb"v/1\x01"),
    "Radiance HDR": re.compile(rb"#\?RADIANCE"),
    "XCF": re.compile(rb"gimp xcf"),
    "MNG": re.compile(rb"[\x8a\x8b][MJ]NG\r\n"),
    "PCX": re.compile(rb"\x0a[\x00-\x05]\x01[\x01\x02\x04\x08]"),
    "SGI": re.compile(rb"\x01\xda[\x00\x01][\x01\x02]"),
    "WMF": re.compile(rb"\xd7\xcd\xc6\x9a|\x01\x00\x00\x00.{36} EMF", re.DOTALL),
}

_NOT_IMAGES: dict[str, re.Pattern[bytes]] = {
    "HTML text": re.compile(
        rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|script)\b", re.DOTALL | re.IGNORECASE
    ),
    "XML text": re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml"),
    "JSON text": re.compile(rb"\s*[\[{]\s*[\"\[{\]}]"),
    "zip archive": re.compile(rb"PK\x03\x04"),
    "gzip archive": re.compile(rb"\x1f\x8b"),
    "7z archive": re.compile(rb"7z\xbc\xaf"),
    "RAR archive": re.compile(rb"Rar!"),
    "audio": re.compile(rb"ID3|fLaC|OggS|RIFF....WAVE|\xff[\xe2-\xfb]", re.DOTALL),
    "video": re.compile(rb".{4}ftyp|RIFF....AVI |\x1a\x45\xdf\xa3", re.DOTALL),
    "only zero bytes": re.compile(rb"\x00+\Z"),
    "text": re.compile(rb"[\t\n\f\r\x20-\x7e\x80-\xff]+\Z"),
}

_HEAD_BYTES = 1024


def sniff(data: bytes) -> str:
    """Pillow's name of the format: JPEG, PNG, WEBP, GIF, TIFF, AVIF, HEIF or BMP.

    Raises:
        FileRejectedError: UNSUPPORTED_FORMAT or NOT_AN_IMAGE, saying what it looks like if that is known.
    """
    head = data[:_HEAD_BYTES]
    for name, signature in _ACCEPTED.items():
        if signature.match(head):
            return name
    for name, signature in _OTHER_IMAGES.items():
        if signature.match(head):
            raise FileRejectedError(Rejection.UNSUPPORTED_FORMAT, name)
    looks_like = (name for name, signature in _NOT_IMAGES.items() if signature.match(head))
    raise FileRejectedError(Rejection.NOT_AN_IMAGE, next(looks_like, ""))


def is_picture(data: bytes) -> bool:
    """Whether bytes begin like a picture of any format, also of one that is not decoded."""
    try:
        sniff(data)
    except FileRejectedError as error:
        return error.reason is Rejection.UNSUPPORTED_FORMAT
    return True
