"""Bytes of an image → what a backbone takes; a query is prepared as a cover is."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.images.decoding import DEFAULT_LIMITS, DecodingLimits, decode, fit
from indexer.models.backbone import Backbone

EMBED_COVERS = 32
"""Covers handed to a backbone at once."""


def fit_image(data: bytes, backbone: Backbone, limits: DecodingLimits = DEFAULT_LIMITS) -> NDArray[np.uint8]:
    """Bytes of an image → (s, s, 3) uint8 for a backbone.

    Raises:
        FileRejectedError: the bytes are not an image that Sleeve can use.
    """
    return fit_to(decode(data, limits, reduce_to_px=backbone.input_size_px), backbone)


def fit_to(image: Image.Image, backbone: Backbone) -> NDArray[np.uint8]:
    """An RGB image, as ``decode`` returns it → (s, s, 3) uint8 for a backbone."""
    return fit(image, backbone.input_size_px, backbone.resize, backbone.interpolation)
