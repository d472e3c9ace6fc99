import pytest
from PIL import Image

from indexer.images.decoding.sniffing import sniff
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.decoding.pictures import encode, plain


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "BMP"])
def test_knows_what_is_decoded(format_name: str) -> None:
    assert sniff(encode(plain(), format_name)) == format_name


def test_knows_the_variants() -> None:
    assert sniff(encode(plain(), "MPO", save_all=True, append_images=[plain()])) == "JPEG"
    assert sniff(encode(plain(), "TIFF", big_tiff=True)) == "TIFF"
    assert sniff(b"MM\0*" + bytes(20)) == "TIFF"
    assert sniff(b"GIF87a") == "GIF"
    assert sniff(b"BM\0\0\0\0") == "BMP"
    for brands in (b"heic\0\0\0\0mif1", b"heix\0\0\0\0heic", b"mif1\0\0\0\0heic", b"msf1\0\0\0\0hevc"):
        assert sniff(b"\0\0\0\x18ftyp" + brands + bytes(40)) == "HEIF"
    for brands in (b"avif\0\0\0\0mif1", b"avis\0\0\0\0msf1", b"mif1\0\0\0\0miafavif"):
        assert sniff(b"\0\0\0\x1cftyp" + brands + bytes(40)) == "AVIF"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (encode(plain(), "ICO"), "ICO"),
        (encode(plain(), "PPM"), "PPM"),
        (encode(plain(), "PDF"), "PDF"),
        (encode(plain(), "JPEG2000"), "JPEG 2000"),
        (encode(plain(), "QOI"), "QOI"),
        (encode(plain(), "DDS"), "DDS"),
        (encode(plain(), "PCX"), "PCX"),
        (encode(plain(), "SGI"), "SGI"),
        (encode(plain(size=(64, 64)), "ICNS"), "ICNS"),
        (encode(Image.new("L", (9, 9)), "EPS"), "PostScript"),
        (b"8BPS\0\1", "PSD"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg width='9'/>", "SVG"),
    ],
)
def test_names_other_images(data: bytes, name: str) -> None:
    with pytest.raises(FileRejectedError) as caught:
        sniff(data)
    assert (caught.value.reason, caught.value.detail) == (Rejection.UNSUPPORTED_FORMAT, name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!DOCTYPE html><html><body><svg></svg>404</body></html>", "HTML text"),
        (b"\xef\xbb\xbf\r\n  <HTML>\n", "HTML text"),
        (b"<!-- moved --> <html lang='en'>", "HTML text"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML text"),
        (b'{"error": "not found"}', "JSON text"),
        (b"PK\3\4" + bytes(30), "zip archive"),
        (b"ID3\4\0\0\0", "audio"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio"),
        (b"\0\0\0\x20ftypisom", "video"),
        (bytes(5000), "only zero bytes"),
        (b"BM is how this sentence begins, and it goes on", "text"),
        ("Ceci n'est pas une image, même pas à demi".encode(), "text"),
        (b"\x07\x03\x01\x02 something else", ""),
    ],
)
def test_says_what_is_not_an_image(data: bytes, name: str) -> None:
    with pytest.raises(FileRejectedError) as caught:
        sniff(data)
    assert (caught.value.reason, caught.value.detail) == (Rejection.NOT_AN_IMAGE, name)
