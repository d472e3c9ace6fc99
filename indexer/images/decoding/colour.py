"""Any mode that Pillow decodes to → RGB."""

import numpy as np
from PIL import Image, ImageChops

from indexer.images.decoding.profiles import MODES, to_srgb

_WHITE = (255, 255, 255)

_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_WHITE_IS_ZERO = 0


def to_rgb(image: Image.Image) -> Image.Image:
    """A loaded image → mode RGB, in sRGB: 16 bits and floats scaled, never clipped, to 8; transparency over white.

    CMYK without a profile is converted as ink on white. Returns the image itself if it is in sRGB already.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = _from_16_bits(image)
    elif image.mode in ("I", "F"):
        image = _from_wide_range(image)
    if image.has_transparency_data:
        return _over_white(image, profile)
    return _without_profile(image, profile)


def _without_profile(image: Image.Image, profile: object) -> Image.Image:
    """An opaque image, its colours as the profile has them."""
    image = image if image.mode in MODES else image.convert("RGB")
    image = to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits (12 in some TIFFs) → L or LA, by the high byte, as Pillow does for colour of 16 bits."""
    values = np.asarray(image)
    tags = getattr(image, "tag_v2", {})
    (bits,) = tags.get(_BITS_PER_SAMPLE, (16,))
    grey = (values >> (bits - 8)).astype(np.uint8)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = 255 - grey
    if "transparency" not in image.info:
        return Image.fromarray(grey)
    opaque = np.where(values == image.info["transparency"], 0, 255).astype(np.uint8)
    return Image.merge("LA", (Image.fromarray(grey), Image.fromarray(opaque)))


def _from_wide_range(image: Image.Image) -> Image.Image:
    """Grey of 32 bits, whole or real, → L.

    Nothing in the file says which value is white. By custom it is 1 (reals), 255 or 65,535: the first of them that
    is at least half the brightest pixel, so that a little overshoot does not darken the picture; else that pixel.
    """
    values = np.nan_to_num(np.array(image, dtype=np.float32), copy=False, posinf=0, neginf=0)
    brightest = float(values.max())
    customary = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
    white = next((value for value in customary if brightest <= 2 * value), brightest)
    # In place: of a hundred million pixels every copy counts.
    values.clip(0, white, out=values)
    values *= 255 / white
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


def _over_white(image: Image.Image, profile: object) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    opaque = _without_profile(image.convert("L") if image.mode in ("L", "LA") else rgba.convert("RGB"), profile)
    alpha = rgba.getchannel("A")
    # Many programs leave the fourth byte of a BMP's pixel zero and mean nothing by it.
    if image.format != "BMP" or alpha.getextrema() != (0, 0):
        opaque.paste(_WHITE, mask=ImageChops.invert(alpha))
    return opaque
