"""``sleeve similar --playlist subsonic://…``: the songs of some albums as a playlist on their music server."""

from collections.abc import Sequence

from db import server_covers
from indexer.home import Home
from indexer.jobs.write_playlist import Playlist
from indexer.progress import Progress
from indexer.sources.subsonic import Client
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId


def make_playlist(home: Home, progress: Progress, client: Client, album_ids: Sequence[AlbumId], name: str) -> Playlist:
    """Make a playlist of the songs of albums, in this order, on the music server that they were added from.

    Albums that are not of this server, or not on it any more, are left out.

    Raises:
        NotFoundError: no album is on the server; no playlist is made.
        SourceError: the server does not answer, or refuses.
    """
    with home.database.reading() as session:
        on_server = server_covers.albums_on(session, client.address.name, album_ids)
    if not on_server:
        raise NotFoundError(f"none of these albums was added from {client.address.name}, so no playlist was made")
    client.log_in()
    progress.start("Asking for songs", len(album_ids))
    songs: dict[AlbumId, list[str]] = {}
    for album_id in album_ids:
        songs[album_id] = next(filter(None, map(client.songs, on_server.get(album_id, []))), [])
        progress.advance(1)
    every = [song for of_album in songs.values() for song in of_album]
    if not every:
        raise NotFoundError(f"{client.address.name} does not have these albums any more, so no playlist was made")
    client.make_playlist(name, every)
    filled = sum(map(bool, songs.values()))
    return Playlist(len(every), filled, len(songs) - filled)
