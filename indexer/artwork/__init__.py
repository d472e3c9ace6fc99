"""Which covers show one artwork: other pressings, crops, borders, stickers."""

from indexer.artwork.comparing import Comparison
from indexer.artwork.geometry import Sketch, agreement, sketch
from indexer.artwork.groups import groups
from indexer.artwork.linking import Linked, link_album, link_pending, part_series
from indexer.artwork.proposing import LEAST_SIMILARITY, SURE_SIMILARITY, propose
from indexer.artwork.recognising import Recognition, recognise
from indexer.artwork.series import say_different_numbers
from indexer.artwork.verdict import equal_as_they_are, is_recognised, is_same_artwork, is_whole, show_one_artwork

__all__ = [
    "LEAST_SIMILARITY",
    "SURE_SIMILARITY",
    "Comparison",
    "Linked",
    "Recognition",
    "Sketch",
    "agreement",
    "equal_as_they_are",
    "groups",
    "is_recognised",
    "is_same_artwork",
    "is_whole",
    "link_album",
    "link_pending",
    "part_series",
    "propose",
    "recognise",
    "say_different_numbers",
    "show_one_artwork",
    "sketch",
]
