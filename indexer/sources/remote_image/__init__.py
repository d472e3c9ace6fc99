"""URL → the bytes of an image, fetched from public addresses only, within bounds of bytes, time and redirects.

``fetch_image`` is all that most need; ``exchange`` is one request under the same rules, for those who speak with one
service at length. What comes back was never decoded: whoever asked hands it to the decoder, which
alone decides whether it is an image. Every refusal is an ``FileRejectedError`` with a named reason.
"""

from indexer.sources.remote_image.addresses import is_public, system_addresses
from indexer.sources.remote_image.fetching import (
    MAX_REDIRECTS,
    PUBLIC,
    REDIRECTS,
    TOTAL_TIME_S,
    Answer,
    Reach,
    UnreachableHostError,
    exchange,
    fetch_image,
)
from indexer.sources.remote_image.target import MAX_URL_CHARACTERS, redirected, target_of

__all__ = [
    "MAX_REDIRECTS",
    "MAX_URL_CHARACTERS",
    "PUBLIC",
    "REDIRECTS",
    "TOTAL_TIME_S",
    "Answer",
    "Reach",
    "UnreachableHostError",
    "exchange",
    "fetch_image",
    "is_public",
    "redirected",
    "system_addresses",
    "target_of",
]
