"""``sleeve add subsonic://…``: the albums of a music server."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from db import server_covers
from db.server_covers import ServerCover
from indexer.home import Home
from indexer.progress import Progress
from indexer.sources.add_report import AddReport
from indexer.sources.adding import add_source
from indexer.sources.kept_covers import FETCHES_AT_ONCE, KeptCovers
from indexer.sources.spelling import Spellings
from indexer.sources.subsonic import Client, ServerAlbum, ServerSource
from sleeve.vocabulary import ContentHash


def add_from_server(
    home: Home, progress: Progress, client: Client, *, label: bool = True, again: bool = False
) -> tuple[AddReport, int]:
    """Offer the cover of every album of a music server to the catalogue. Adding again fetches only what is
    new, or of another size than before.

    An album that is not in the server's list any more is noted as missing, for ``sleeve remove --missing``.

    Args:
        label: whether the server says the genres.
        again: also what a person removed.

    Returns:
        How the albums ended, and how many covers of the catalogue the server does not have any more.

    Raises:
        SourceError: the server does not answer, or stops answering; what was added stays.
        CatalogueError: the database cannot be used.
    """
    progress.start("Logging in", 1)
    client.log_in()
    albums, is_whole = _list(client, progress)
    with home.database.reading() as session:
        known = server_covers.known(session, client.address.name)
    spellings = Spellings.read(home.spellings_file)
    source = ServerSource(client.address, albums, home.covers, spellings, label, known.keys())
    met = {source.path_of(album): album for album in albums.values()}
    gone = _gone(known, met) if is_whole else {}
    art_of = source.art_of()
    changed = _changed(known, met) | _of_other_size(client, known, met, progress)
    kept = KeptCovers(home.covers, lambda file: client.cover(art_of[file]), changed)
    report = add_source(
        home.database,
        source,
        threads=home.threads,
        progress=progress,
        kept=kept,
        again=again,
        gone=gone.keys(),
        is_whole=is_whole,
    )
    return report, _take_leave(home, client.address.name, gone)


def _list(client: Client, progress: Progress) -> tuple[dict[str, ServerAlbum], bool]:
    """The albums of a server by id, and whether these are all for certain."""
    progress.start("Listing", 0)
    albums: dict[str, ServerAlbum] = {}
    listed = 0
    for page in client.albums():
        albums |= {album.id: album for album in page if album is not None}
        listed += len(page)
        progress.advance(len(page))
    # If one came twice, the list changed meanwhile, and another one may have been left out.
    return albums, listed == len(albums)


def _gone(known: Mapping[str, ServerCover], met: Mapping[str, ServerAlbum]) -> dict[str, ServerCover]:
    """What the catalogue has of the server, but the server has not any more, by path."""
    still = {known[path].cover_id for path in met if path in known}
    return {path: cover for path, cover in known.items() if path not in met and cover.cover_id not in still}


def _changed(known: Mapping[str, ServerCover], met: Mapping[str, ServerAlbum]) -> dict[str, ContentHash | None]:
    """Where the server has another picture by now, with the hash of the one that is kept there, if one is."""
    return {
        path: known[path].content_hash if known[path].is_kept else None
        for path, album in met.items()
        if path in known and album.art not in {known[path].art, None}
    }


def _of_other_size(
    client: Client, known: Mapping[str, ServerCover], met: Mapping[str, ServerAlbum], progress: Progress
) -> dict[str, ContentHash | None]:
    """Where the server has a picture of another size under the same id, with the hash of the one that is kept there."""
    same = {
        path: album.art
        for path, album in met.items()
        if album.art and path in known and known[path].is_kept and known[path].art == album.art
    }
    progress.start("Looking for changed covers", len(same))
    found: dict[str, ContentHash | None] = {}
    with ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="look") as pool:
        for path, size in zip(same, pool.map(client.size, same.values()), strict=True):
            with suppress(OSError):
                if size is not None and size != Path(path).stat().st_size:
                    found[path] = known[path].content_hash
            progress.advance(1)
    return found


def _take_leave(home: Home, server: str, gone: Mapping[str, ServerCover]) -> int:
    """Note what is gone; what an album of another id has taken over leaves its old file behind, which goes."""
    if not gone:
        return 0
    with home.database.writing() as session:
        known = server_covers.known(session, server)
        left = [path for path in gone if path in known]
        server_covers.mark_gone(session, left)
        for path, cover in gone.items():
            if path not in known and cover.is_kept:
                home.covers.delete(Path(path), cover.content_hash, unless_at=())
    return len(left)
