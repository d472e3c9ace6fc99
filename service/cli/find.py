"""``sleeve find``: albums by words."""

from typing import Annotated

import typer
from rich.table import Column, Table

from indexer.home import open_home
from service.answers.find import MAX_FOUND
from service.answers.find import find as find_albums
from service.answers.known_genre import check_genre
from service.cli.conditions import Where
from service.cli.console import Json, answer, answer_json, settings_of
from service.schemas import MAX_WORDS, MAX_WORDS_CHARACTERS, AlbumsSchema, WordMatchSchema
from service.schemas.filters import YEARS_HELP, catalogue_filter
from sleeve.vocabulary import ListName, WordPlace


def find(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="Words in an artist, a title, or on a cover.")] = None,
    k: Annotated[int, typer.Option("-k", "--count", min=1, max=MAX_FOUND, metavar="N", help="How many albums.")] = 10,
    genre: Annotated[str | None, typer.Option(help="Only albums of this genre.")] = None,
    year: Annotated[str | None, typer.Option(metavar="A:B", help=f"Only albums of these years: {YEARS_HELP}.")] = None,
    on_list: Annotated[ListName | None, typer.Option("--list", help="Only albums on this list.")] = None,
    artist: Annotated[str | None, typer.Option(help="Only albums of this artist.")] = None,
    where: Where = None,
    json: Json = False,
) -> None:
    """Find albums by words in their artist or title, or printed on their covers.

    Words may be misspelled. Names count more than what `sleeve read` has read on covers. A barcode finds the
    albums that have it.

    Examples:

        sleeve find blue train
        sleeve find 5099902988023
        sleeve find coltrain --year 1955:1969
    """
    asked = " ".join(words or ()).strip()
    if not asked:
        raise typer.BadParameter("say which words to look for, for example `sleeve find blue train`")
    if len(asked) > MAX_WORDS_CHARACTERS or len(asked.split()) > MAX_WORDS:
        raise typer.BadParameter(f"albums are searched for at most {MAX_WORDS} words at once")
    try:
        allowed = catalogue_filter(genre, year, artist, None, on_list, where or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with open_home(settings_of(context)) as home:
        check_genre(home.database, allowed)
        document = AlbumsSchema.of_found(find_albums(home.database, asked, allowed, limit=k))
    if json:
        answer_json(document)
    else:
        answer(
            _table(document) if document.albums else "no album holds these words",
            without=("found", "genres", "year", "artist"),
        )


def _table(document: AlbumsSchema) -> Table:
    number, year = (Column(name, no_wrap=True) for name in ("album", "year"))
    table = Table(number, "title", "artist", year, "genres", "found", box=None, pad_edge=False)
    for album in document.albums:
        names = (album.title or "", album.artist or "", str(album.year or ""), ", ".join(album.genres))
        table.add_row(str(album.id), *names, "; ".join(map(_where, album.matches)))
    return table


def _where(match: WordMatchSchema) -> str:
    return f"on the cover: {match.text}" if match.place is WordPlace.COVER else str(match.place)
