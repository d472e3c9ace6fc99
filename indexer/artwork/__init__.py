"""Which covers show one artwork: other pressings, crops, borders, stickers."""

from indexer.artwork.comparing import Comparison
from indexer.artwork.geometry import agreement, sketch
from indexer.artwork.groups import groups
from indexer.artwork.linking import Linked, link_album, link_pending, part_series
from indexer.artwork.proposing import LEAST_SIMILARITY, propose
from indexer.artwork.series import say_different_numbers
from indexer.artwork.verdict import is_same_artwork, show_one_artwork

__all__ = [
    "LEAST_SIMILARITY",
    "Comparison",
    "Linked",
    "agreement",
    "groups",
    "is_same_artwork",
    "link_album",
    "link_pending",
    "part_series",
    "propose",
    "say_different_numbers",
    "show_one_artwork",
    "sketch",
]
