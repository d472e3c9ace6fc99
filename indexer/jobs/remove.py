"""``sleeve remove``: forget albums and covers, and delete the files that Sleeve wrote for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db import albums, entries, offered, overruling, server_covers
from db.records import CoverRecord
from db.settling import settle
from indexer.home import Home
from indexer.images.decoding import Listings, present
from indexer.images.storage import ObjectError, is_object
from indexer.progress import Progress
from indexer.sources import may_be_there
from indexer.sources.file_names import absolute
from indexer.sources.list_table import place_of_list
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, CoverId

_MOST_MISSING = 1 / 2
"""If more covers than this have no file, it is a disk that is missing."""


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was forgotten; ``rows`` are of lists."""

    albums: int
    covers: int
    rows: int = 0
    rejected: int = 0


def remove(
    home: Home,
    progress: Progress,
    album_ids: Sequence[AlbumId] = (),
    *,
    cover_ids: Sequence[CoverId] = (),
    paths: Sequence[Path] = (),
    missing: bool = False,
) -> Removed:
    """Forget albums, and covers with the albums that have no other; files of the user's own stay.

    What is removed is left out when its file is added again, unless it is asked for.

    Args:
        paths: files, or folders with all that is below them; a list without pictures with all of its rows. What was
            rejected there is forgotten.
        missing: all covers whose files are gone, or which their music server did not have any more when it was last
            added; if they return, they are added. What was rejected in folders, archives and tables that are gone is
            forgotten too.

    Raises:
        NotFoundError: one of them does not exist, most files are missing, or object storage cannot be listed; nothing
            is removed.
    """
    gone = _missing(home, progress) if missing else []
    progress.start("Removing", len(album_ids) + len(cover_ids) + len(paths) + len(gone))
    with home.database.writing() as session:
        known = set(entries.places(session))
        lists = {path: place for path in paths if (place := place_of_list(path)) in known}
        unlisted = [entries.forget_others(session, place, frozenset()) for place in lists.values()]
        of_lists = 0
        for table in map(str, map(absolute, lists)):
            of_lists += offered.forget_rejected(session, table)
            offered.set_others(session, table, ())
        at, rejected = overruling.removable_at(session, [str(absolute(path)) for path in paths if path not in lists])
        named = list(dict.fromkeys([*cover_ids, *at]))
        only_missing = [cover_id for cover_id in gone if cover_id not in named]
        stored = [*albums.stored_covers(session, album_ids), *overruling.stored_of(session, [*named, *only_missing])]
        emptied = overruling.remove_covers(session, named) if named else []
        # Their files may only be away.
        emptied += overruling.remove_covers(session, only_missing, may_return=True) if only_missing else []
        left = [album_id for album_id in album_ids if album_id not in emptied]
        while lists and settle(session):
            pass
        if missing:
            offered.forget_gone(session, may_be_there, everywhere=True)
        covers = len(named) + len(only_missing) + (albums.remove(session, left) if left else 0)
    _delete_files(home, progress, stored)
    rows, of_rows = sum(count for count, _ in unlisted), [album_id for _, gone in unlisted for album_id in gone]
    return Removed(len({*album_ids, *emptied, *of_rows}), covers, rows, rejected + of_lists)


def _missing(home: Home, progress: Progress) -> list[CoverId]:
    with home.database.reading() as session:
        paths = overruling.all_paths(session)
        gone_at_server = server_covers.gone(session)
    progress.start("Looking for files", len(paths))
    there: set[CoverId] = set()
    listings = Listings()
    for cover_id, path in paths:
        if cover_id not in there and path not in gone_at_server and _is_there(path, listings):
            there.add(cover_id)
        progress.advance(1)
    gone = list(dict.fromkeys(cover_id for cover_id, _ in paths if cover_id not in there))
    if len(gone) > _MOST_MISSING * len({cover_id for cover_id, _ in paths}):
        raise NotFoundError(
            f"{len(gone)} covers have no file, more than half of all; is a disk not there? Nothing was removed. "
            "`sleeve remove FOLDER` removes what was in a folder"
        )
    return gone


def _is_there(path: str, listings: Listings) -> bool:
    if not is_object(path):
        return present(path)
    try:
        return listings.has(path)
    except ObjectError as error:
        raise NotFoundError(f"{path} cannot be looked for: {error.strerror}; nothing was removed") from error


def _delete_files(home: Home, progress: Progress, stored: Sequence[CoverRecord]) -> None:
    if not stored:
        return
    progress.start("Deleting files", len(stored))
    # Uploads put their files in place while they write, so none comes in between. A file that stays is harmless.
    with home.database.writing() as session:
        for cover in stored:
            still_named = albums.paths_of_content(session, cover.content_hash)
            home.covers.delete(cover.path, cover.content_hash, unless_at=still_named)
            progress.advance(1)
