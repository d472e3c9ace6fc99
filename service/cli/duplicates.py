"""``sleeve duplicates``: covers that show one artwork."""

import typer

from indexer.home import open_home
from indexer.jobs.link import SameArtwork
from indexer.jobs.link import duplicates as find_duplicates
from service.cli.console import Json, ProgressBar, answer, answer_json, counted, say, settings_of
from service.schemas import DuplicateSchema, DuplicatesSchema


def duplicates(context: typer.Context, json: Json = False) -> None:
    """Show which front covers have the same artwork: other pressings, crops, borders, stickers.

    `sleeve index` links such covers by comparing the pixels of near neighbours; this command first compares those that
    are still waiting. It changes no album; `sleeve remove --album ID` removes one that you do not want twice, and
    `sleeve unlink` says that covers do not show the same artwork, `sleeve link` that they do.

    Example:

        sleeve duplicates --json
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        found = [[_document(item) for item in group] for group in find_duplicates(home, bar)]
    document = DuplicatesSchema(groups=found, covers=sum(map(len, found)))
    if json:
        answer_json(document)
    else:
        _show(document)


def _document(found: SameArtwork) -> DuplicateSchema:
    album, cover = found.album, found.cover
    return DuplicateSchema(
        album_id=album.id,
        cover_id=cover.id,
        title=album.title,
        artist=album.artist,
        year=album.year,
        file=cover.file,
    )


def _show(document: DuplicatesSchema) -> None:
    for number, group in enumerate(document.groups, 1):
        answer(f"artwork {number}")
        for cover in group:
            names = " - ".join(name for name in (cover.artist, cover.title) if name)
            answer(
                f"  album {cover.album_id}, cover {cover.cover_id}: {names or cover.file}"
                + (f" ({cover.year})" if cover.year else "")
            )
    if document.groups:
        say(f"{document.covers} covers show {counted(len(document.groups), 'artwork')} more than once")
    else:
        say("no artwork appears twice")
