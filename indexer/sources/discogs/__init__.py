"""Discogs shows the releases that lists name: ``reading`` understands its answers, ``looking_up`` finds an album of the
catalogue in it, ``service`` opens it with a polite client. It is described at discogs.com/developers.
"""

from indexer.sources.discogs.looking_up import ReleaseFinder
from indexer.sources.discogs.service import open_discogs

__all__ = ["ReleaseFinder", "open_discogs"]
