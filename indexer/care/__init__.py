"""What is wrong with the art of a music library's albums, and which better picture of the same artwork there is."""

from indexer.care.album_art import AlbumArt, Shown, look
from indexer.care.fetching import Fetched, WebCovers
from indexer.care.others_art import Fingerprint, Foreign, albums_with_one_art, fingerprint_of, foreign_art
from indexer.care.problems import LEAST_PX, Problem, ProblemKind, has_other_artwork, problems_of
from indexer.care.remedy import CoverChange, as_cover, nothing_fetched, remedy

__all__ = [
    "LEAST_PX",
    "AlbumArt",
    "CoverChange",
    "Fetched",
    "Fingerprint",
    "Foreign",
    "Problem",
    "ProblemKind",
    "Shown",
    "WebCovers",
    "albums_with_one_art",
    "as_cover",
    "fingerprint_of",
    "foreign_art",
    "has_other_artwork",
    "look",
    "nothing_fetched",
    "problems_of",
    "remedy",
]
