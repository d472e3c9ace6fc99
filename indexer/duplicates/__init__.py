"""Which covers show one artwork: other pressings, crops, borders, stickers."""

from indexer.duplicates.finding import candidates, confirmed, groups
from indexer.duplicates.geometry import agreement, sketch
from indexer.duplicates.verdict import is_same_artwork

__all__ = ["agreement", "candidates", "confirmed", "groups", "is_same_artwork", "sketch"]
