"""``sleeve duplicates``: covers that show one artwork."""

import typer

from db import albums, cover_links
from db.errors import VectorIndexError
from db.records import AlbumRecord, CoverRecord
from indexer.duplicates import groups, link_pending
from service.assembly import open_catalogue
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import DuplicateDocument, DuplicatesDocument


def duplicates(context: typer.Context, json: Json = False) -> None:
    """Show which front covers are of one artwork: other pressings, crops, borders, stickers.

    `sleeve index` links such covers, by the pixels of near neighbours; those that it has not come to are compared
    first. No album is changed; `sleeve remove --album ID` forgets what you do not want twice.

    Example:

        sleeve duplicates --json
    """
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        live = catalogue.versions.live()
        if live is None:
            raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
        link_pending(
            catalogue.database,
            catalogue.versions,
            live,
            threads=catalogue.threads,
            limits=catalogue.limits,
            progress=bar,
        )
        with catalogue.database.reading() as session:
            joined = groups(cover_links.pairs(session))
            covers = [[albums.cover(session, cover_id) for cover_id in group] for group in joined]
            found = [[_document(albums.album(session, cover.album_id), cover) for cover in group] for group in covers]
    document = DuplicatesDocument(groups=found, covers=sum(map(len, found)))
    if json:
        answer_json(document)
    else:
        _tell(document)


def _document(album: AlbumRecord, cover: CoverRecord) -> DuplicateDocument:
    return DuplicateDocument(
        album_id=album.id,
        cover_id=cover.id,
        title=album.title,
        artist=album.artist,
        year=album.year,
        file=cover.file,
    )


def _tell(document: DuplicatesDocument) -> None:
    for number, group in enumerate(document.groups, 1):
        answer(f"artwork {number}")
        for cover in group:
            names = " - ".join(name for name in (cover.artist, cover.title) if name)
            answer(f"  album {cover.album_id}: {names or cover.file}" + (f" ({cover.year})" if cover.year else ""))
    say(f"{document.covers} covers show {len(document.groups)} artworks more than once")
