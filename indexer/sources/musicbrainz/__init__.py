"""MusicBrainz says which albums there are, the Cover Art Archive shows them.

``web_service`` finds release groups, ``covers`` their images; ``adding`` puts both into the catalogue and ``filling``
completes albums that are there. ``services`` opens both with one polite ``client`` and its ``answer_cache``. They are
described at musicbrainz.org/doc/MusicBrainz_API and musicbrainz.org/doc/Cover_Art_Archive/API.
"""

from indexer.sources.musicbrainz.adding import Ending, GroupAdder, GroupReport, LeftOut
from indexer.sources.musicbrainz.filling import AlbumFiller, FilledAlbum, FillEnding, FillReport, NotFilled
from indexer.sources.musicbrainz.services import open_services
from indexer.sources.musicbrainz.web_service import GroupQuery, QueryKind

__all__ = [
    "AlbumFiller",
    "Ending",
    "FillEnding",
    "FillReport",
    "FilledAlbum",
    "GroupAdder",
    "GroupQuery",
    "GroupReport",
    "LeftOut",
    "NotFilled",
    "QueryKind",
    "open_services",
]
