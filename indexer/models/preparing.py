"""Bytes of an image → what a backbone takes; a query is prepared as a cover is."""

import numpy as np
from numpy.typing import NDArray

from indexer.images.decoding import DEFAULT_LIMITS, DecodingLimits, decode, fit
from indexer.models.backbone import Backbone

EMBED_COVERS = 32
"""Covers handed to a backbone at once."""


def fit_image(data: bytes, backbone: Backbone, limits: DecodingLimits = DEFAULT_LIMITS) -> NDArray[np.uint8]:
    """Bytes of an image → (s, s, 3) uint8 for a backbone.

    Raises:
        FileRejectedError: the bytes are not an image that Sleeve can use.
    """
    image = decode(data, limits, reduce_to_px=backbone.input_size_px)
    return fit(image, backbone.input_size_px, backbone.resize)
