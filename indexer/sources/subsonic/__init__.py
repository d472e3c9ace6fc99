"""A music server that speaks Subsonic or OpenSubsonic (Navidrome, Gonic, supysonic …) shows its albums' covers.

``address`` says where it is, ``client`` asks it, ``reading`` understands what it answers, ``source`` offers its albums
as covers. The interface is described at opensubsonic.netlify.app and subsonic.org/pages/api.jsp.
"""

from indexer.sources.subsonic.address import ServerAddress, is_server
from indexer.sources.subsonic.client import Client, Credentials, Waits
from indexer.sources.subsonic.reading import ServerAlbum
from indexer.sources.subsonic.source import ServerSource

__all__ = ["Client", "Credentials", "ServerAddress", "ServerAlbum", "ServerSource", "Waits", "is_server"]
