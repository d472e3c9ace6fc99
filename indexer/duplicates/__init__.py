"""Which covers show one artwork: other pressings, crops, borders, stickers."""

from indexer.duplicates.comparing import Comparison
from indexer.duplicates.geometry import agreement, sketch
from indexer.duplicates.linking import Linked, link_album, link_pending
from indexer.duplicates.proposing import groups, propose
from indexer.duplicates.verdict import is_same_artwork, show_one_artwork

__all__ = [
    "Comparison",
    "Linked",
    "agreement",
    "groups",
    "is_same_artwork",
    "link_album",
    "link_pending",
    "propose",
    "show_one_artwork",
    "sketch",
]
