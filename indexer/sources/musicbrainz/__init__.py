"""MusicBrainz says which albums there are, the Cover Art Archive shows them.

``web_service`` finds release groups, ``covers`` their images; ``adding`` puts both into the catalogue and ``filling``
completes albums that are there. All ask through one polite ``client`` with an ``answer_cache``. Both services are
described at musicbrainz.org/doc/MusicBrainz_API and musicbrainz.org/doc/Cover_Art_Archive/API.
"""

from indexer.sources.musicbrainz.adding import Ending, GroupAdder, GroupReport, LeftOut
from indexer.sources.musicbrainz.answer_cache import AnswerCache
from indexer.sources.musicbrainz.client import Client, Manners
from indexer.sources.musicbrainz.covers import CoverArtArchive
from indexer.sources.musicbrainz.filling import AlbumFiller, FilledAlbum, FillEnding, FillReport, NotFilled
from indexer.sources.musicbrainz.web_service import GroupQuery, QueryKind, WebService

__all__ = [
    "AlbumFiller",
    "AnswerCache",
    "Client",
    "CoverArtArchive",
    "Ending",
    "FillEnding",
    "FillReport",
    "FilledAlbum",
    "GroupAdder",
    "GroupQuery",
    "GroupReport",
    "LeftOut",
    "Manners",
    "NotFilled",
    "QueryKind",
    "WebService",
]
