"""URL → the bytes of an image, fetched from public addresses only, within bounds of bytes, time and redirects.

``fetch_image`` is all that others need. What comes back was never decoded: whoever asked hands it to the decoder, which
alone decides whether it is an image. Every refusal is an ``ImageRejectedError`` with a named reason.
"""

from indexer.remote_image.addresses import is_public, system_addresses
from indexer.remote_image.fetching import MAX_REDIRECTS, TOTAL_TIME_S, Reach, fetch_image
from indexer.remote_image.target import MAX_URL_CHARACTERS

__all__ = [
    "MAX_REDIRECTS",
    "MAX_URL_CHARACTERS",
    "TOTAL_TIME_S",
    "Reach",
    "fetch_image",
    "is_public",
    "system_addresses",
]
