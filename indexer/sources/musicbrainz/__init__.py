"""MusicBrainz says which albums there are, the Cover Art Archive shows them.

``web_service`` finds release groups, ``covers`` their images; ``adding`` puts both into the catalogue, and
``looking_up`` finds those of albums that are there. ``services`` opens both with one polite client. They are described
at musicbrainz.org/doc/MusicBrainz_API and musicbrainz.org/doc/Cover_Art_Archive/API.
"""

from indexer.sources.musicbrainz.adding import Ending, GroupAdder, GroupReport, LeftOut
from indexer.sources.musicbrainz.looking_up import GroupFinder
from indexer.sources.musicbrainz.services import open_services
from indexer.sources.musicbrainz.web_service import GroupQuery, QueryKind

__all__ = [
    "Ending",
    "GroupAdder",
    "GroupFinder",
    "GroupQuery",
    "GroupReport",
    "LeftOut",
    "QueryKind",
    "open_services",
]
