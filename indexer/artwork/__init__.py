"""Which covers show one artwork: other pressings, crops, borders, stickers."""

from indexer.artwork.comparing import Comparison
from indexer.artwork.geometry import Sketch, agreement, sketch
from indexer.artwork.groups import groups
from indexer.artwork.linking import Linked, link_album, link_pending, part_series
from indexer.artwork.proposing import ASKED, LEAST_SIMILARITY, SURE_SIMILARITY, least_to_compare, propose
from indexer.artwork.recognising import Recognition, lay_as_it_is, recognise
from indexer.artwork.series import have_different_titles, say_different_numbers
from indexer.artwork.verdict import (
    equal_as_they_are,
    is_recognised,
    is_same_artwork,
    is_same_under_other_titles,
    is_whole,
    is_whole_scan,
    show_one_artwork,
)

__all__ = [
    "ASKED",
    "LEAST_SIMILARITY",
    "SURE_SIMILARITY",
    "Comparison",
    "Linked",
    "Recognition",
    "Sketch",
    "agreement",
    "equal_as_they_are",
    "groups",
    "have_different_titles",
    "is_recognised",
    "is_same_artwork",
    "is_same_under_other_titles",
    "is_whole",
    "is_whole_scan",
    "lay_as_it_is",
    "least_to_compare",
    "link_album",
    "link_pending",
    "part_series",
    "propose",
    "recognise",
    "say_different_numbers",
    "show_one_artwork",
    "sketch",
]
