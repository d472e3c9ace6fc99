"""``sleeve duplicates``: covers that show one artwork."""

import typer

from db import albums, vectors
from db.errors import VectorIndexError
from db.records import AlbumRecord
from db.vocabulary import AlbumId
from service.assembly import open_catalogue
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import DuplicateDocument, DuplicatesDocument


def duplicates(context: typer.Context, json: Json = False) -> None:
    """Show which front covers are of one artwork: other pressings, crops, borders, stickers.

    Neighbours of the live index are compared on their pixels. Nothing is changed; `sleeve remove --album ID` forgets
    what you do not want twice.

    Example:

        sleeve duplicates --json
    """
    from indexer import duplicates as artwork

    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        live = catalogue.versions.live()
        if live is None:
            raise VectorIndexError("there is no index yet; run `sleeve add` and `sleeve index` first")
        with catalogue.database.reading() as session:
            fronts = vectors.labelled(session, live.bundle)
        pairs = artwork.confirmed(
            fronts.paths,
            artwork.candidates(fronts.vectors),
            catalogue.limits,
            threads=catalogue.threads,
            progress=bar,
        )
        groups = artwork.groups(len(fronts.paths), pairs)
        with catalogue.database.reading() as session:
            found = [
                [
                    _document(albums.album(session, AlbumId(int(fronts.album_ids[row]))), str(fronts.paths[row]))
                    for row in group
                ]
                for group in groups
            ]
    document = DuplicatesDocument(groups=found, covers=sum(map(len, found)))
    if json:
        answer_json(document)
    else:
        _tell(document)


def _document(album: AlbumRecord, path: str) -> DuplicateDocument:
    cover = next(cover for cover in album.covers if str(cover.path) == path)
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
