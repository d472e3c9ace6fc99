"""``sleeve similar`` and ``sleeve classify``: albums that look like an image or an album, and its genre."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from indexer.home import open_home
from indexer.images.decoding import read
from indexer.images.storage import located
from service.answers.known_genre import check_genre
from service.answers.opening import open_answers
from service.answers.records import MAX_K, Examples, Found, SimilarRequest
from service.answers.zero_shot import ZeroShot
from service.cli.conditions import Where
from service.cli.console import Json, an_id, answer, answer_json, answer_json_list, say, settings_of
from service.cli.playlist import playlist_of
from service.schemas import ClassifySchema, NamedGenresSchema, NeighbourSchema, Query, SimilarSchema, SleeveSchema
from service.schemas.corners import OUTLINE_HELP, outline_text, parse_outline
from service.schemas.filters import YEARS_HELP, catalogue_filter
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import AlbumId, ListName, Side


def similar(
    context: typer.Context,
    images: Annotated[list[Path] | None, typer.Argument(metavar="IMAGE", help="An image file.")] = None,
    album: Annotated[
        int | None, typer.Option(parser=an_id, metavar="ID", help="Id of an album, instead of an image.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What the cover shows; alone, or with an image or album.")] = None,
    less: Annotated[str | None, typer.Option(help="What it should show less of; with any of these.")] = None,
    k: Annotated[int, typer.Option("-k", "--count", min=1, max=MAX_K, metavar="N", help="How many albums.")] = 10,
    genre: Annotated[str | None, typer.Option(help="Only albums of this genre.")] = None,
    year: Annotated[str | None, typer.Option(metavar="A:B", help=f"Only albums of these years: {YEARS_HELP}.")] = None,
    on_list: Annotated[ListName | None, typer.Option("--list", help="Only albums on this list.")] = None,
    artist: Annotated[str | None, typer.Option(help="Only albums of this artist.")] = None,
    side: Annotated[Side | None, typer.Option(help="Only front or back covers.")] = None,
    where: Where = None,
    min_similarity: Annotated[
        float, typer.Option(min=-1, max=1, metavar="X", help="Only albums at least so similar.")
    ] = -1,
    per_artist: Annotated[
        int | None, typer.Option(min=1, max=MAX_K, metavar="N", help="The most albums of one artist.")
    ] = None,
    outline: Annotated[str | None, typer.Option(metavar="X,Y,…", help=f"{OUTLINE_HELP.capitalize()}.")] = None,
    playlist: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|SERVER",
            help="Also make a playlist of their tracks: a new file (.m3u8), or on the music server they came from.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show the albums that look most like an image, an album of the catalogue, or what a text describes.

    An image may be a photo of a sleeve: it says first whether that is an album of the catalogue, and where in the photo
    it was seen. Of several sleeves, it says so of each; the outline of one, given as `--outline`, asks for that one.

    A text goes together with an image or an album: pictures and words then decide as much. Searching by text needs a
    model that reads text: `sleeve bundles add` takes one that is published as ONNX.

    Examples:

        sleeve similar photo.jpg
        sleeve similar --album 12 -k 20 --genre jazz --year 1955:1969
        sleeve similar --album 12 --where territory=DE --where "price<20"
        sleeve similar --text "foggy forest" --less people
        sleeve similar --album 12 --text "at night"
        sleeve similar --album 12 --playlist like-blue.m3u8
        sleeve similar --album 12 --playlist subsonic://me@nas:4533
    """
    if images and len(images) > 1:
        raise typer.BadParameter("name one image; `sleeve match IMAGE…` looks up many")
    image = located(images[0]) if images else None
    if (image is not None and album is not None) or [image, album, text] == [None] * 3:
        raise typer.BadParameter(
            "name one of an image, an album (--album ID) and a text (--text); a text may go with either"
        )
    try:
        request = SimilarRequest(
            k, catalogue_filter(genre, year, artist, side, on_list, where or ()), min_similarity, per_artist
        )
        corners = None if outline is None else parse_outline(outline)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        with open_home(settings_of(context)) as home:
            check_genre(home.database, request.allowed)
            data = read(image) if image is not None else b""
            answers = open_answers(home, on_demand=True)
            search = answers.search
            if less is not None or (text is not None and (image is not None or album is not None)):
                likes = () if album is None else (AlbumId(album),)
                examples = Examples(like=likes, images=(data,) if image is not None else (), text=text, less=less)
                asked = Query(files=[str(image)] if image is not None else [], like=list(likes), text=text, less=less)
                document = SimilarSchema.of(asked, answers.recommender.similar(examples, request, corners))
            elif album is not None:
                document = SimilarSchema.of(Query(album_id=album), search.by_album(AlbumId(album), request))
            elif text is not None:
                document = SimilarSchema.of(Query(text=text), search.by_text(text, request))
            else:
                document = SimilarSchema.of(Query(file=str(image)), search.by_image(data, request, corners))
            made = None if playlist is None else playlist_of(context, home, document, playlist)
    except FileRejectedError as error:
        raise SourceError(f"{image}: {error}") from error
    if json:
        answer_json(document)
    else:
        for line in verdict_lines(document):
            answer(line)
        answer(neighbours_table(document.neighbours), without=LEAST_NEEDED)
    if made is not None:
        say(made)


def classify(
    context: typer.Context,
    images: Annotated[list[Path], typer.Argument(help="Image files.")],
    zero_shot: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME,…", help="Only among these genres, which no album needs to have."),
    ] = None,
    json: Json = False,
) -> None:
    """Predict the genre of covers: the probability of each genre, with the vote, the head, the text, and the
    neighbours and words that spoke for it.

    This needs no catalogue: without an index, the head that came with the model answers alone.

    With `--zero-shot` a model that reads text compares covers with the names of genres that nobody labelled. How sure
    it is comes from the genres of the catalogue, if it has any.

    Examples:

        sleeve classify cover.jpg
        sleeve classify *.jpg --json
        sleeve classify cover.jpg --zero-shot "doom metal, city pop"
    """
    names = None if zero_shot is None else _names_in(zero_shot)
    documents: list[ClassifySchema | NamedGenresSchema] = []
    rejected = 0
    with open_home(settings_of(context)) as home:
        answers = open_answers(home)
        named = None if names is None else ZeroShot(answers.search, names)
        for image in map(located, images):
            try:
                data = read(image)
                documents.append(
                    ClassifySchema.of(Query(file=str(image)), answers.classifier.by_image(data))
                    if named is None
                    else NamedGenresSchema.of(str(image), named.by_image(data))
                )
            except FileRejectedError as error:
                say(f"rejected {image}: {error}")
                rejected += 1
    if json:
        answer_json_list(documents)
    else:
        for document in documents:
            answer(_genres_table(document) if isinstance(document, ClassifySchema) else _named_table(document))
    if rejected:
        raise typer.Exit(1)


def _names_in(text: str) -> list[str]:
    names = list(dict.fromkeys(filter(None, (" ".join(name.split()) for name in text.split(",")))))
    if not 2 <= len(names) <= MOST_NAMES:
        raise typer.BadParameter(
            f'name 2 to {MOST_NAMES} genres with commas between them, as in `--zero-shot "doom metal, city pop"`'
        )
    return names


def verdict_lines(document: SimilarSchema) -> list[str]:
    """What an image shows, and where, for a person to read; nothing if no image was asked with."""
    sleeves = document.sleeves
    if len(sleeves) == 1:
        return _sleeve_lines(sleeves[0], " The closest:")
    said = [f"{at}. {line}" for at, one in enumerate(sleeves, start=1) for line in _sleeve_lines(one)]
    return [f"{len(sleeves)} sleeves are in it:", *said, "The closest to the first:"] if said else []


def _sleeve_lines(sleeve: SleeveSchema, below: str = "") -> list[str]:
    verdict = sleeve.verdict
    if verdict.album is None and verdict.barcode:
        ids = ", ".join(map(str, verdict.same_barcode))
        lines = [f"This is album {ids}, which has no cover (barcode {verdict.barcode}).{below}"]
    elif verdict.album is None:
        lines = [f"Not in the catalogue, as far as can be seen.{below}"]
    else:
        said = "This is" if verdict.answer is Found.ALBUM else "The artwork of"
        why = f"{verdict.points} points match" if verdict.points else "the same picture"
        if verdict.barcode:
            why = f"barcode {verdict.barcode}"
        lines = [f"{said} album {verdict.album.album_id}, {_named(verdict.album)} ({why})."]
        if verdict.same_barcode:
            lines.append(f"That barcode is also on: album {', '.join(map(str, verdict.same_barcode))}.")
        if verdict.pressings:
            lines.append(f"The same artwork: album {', '.join(map(str, verdict.pressings))}.")
    if sleeve.outline is not None:
        lines.append(f"Outline: {outline_text(sleeve.outline)}")
    return lines


def _named(album: NeighbourSchema) -> str:
    parts = [album.artist, album.title, str(album.year) if album.year else None, ", ".join(album.genres)]
    return " · ".join(part for part in parts if part) or album.file


MOST_NAMES = 100
"""Genres that can be named for one answer."""

SHOWN_GENRES = 5
SHOWN_VOTERS = 5
SHOWN_WORDS = 4


def _named_table(document: NamedGenresSchema) -> Table:
    title = f"{document.file}: {document.genres[0].genre}"
    caption = (
        f"Calibrated on {document.calibrated_on} covers of the catalogue that have a genre."
        if document.calibrated_on
        else "Not calibrated, because the catalogue has too few covers with a genre: take the order, not the numbers."
    )
    table = Table("genre", "probability", title=title, caption=caption, title_justify="left", caption_justify="left")
    table.box, table.pad_edge = None, False
    for one in document.genres:
        table.add_row(one.genre, _share(one.probability))
    return table


def _genres_table(document: ClassifySchema) -> Table:
    likeliest = document.genres[0].genre if document.genres else "no genre is known"
    title = f"{document.file}: {f'unsure, perhaps {likeliest}' if document.unsure else likeliest}"
    columns = ("genre", "probability", "vote", "head", "text", "words that spoke for it")
    missing = None if document.text_is_whole else "The text on it was not read to the end."
    table = Table(*columns, title=title, caption=missing, title_justify="left", caption_justify="left")
    table.box, table.pad_edge = None, False
    for genre in document.genres[:SHOWN_GENRES]:
        opinions = (_share(opinion) for opinion in (genre.vote, genre.head, genre.text))
        words = dict.fromkeys(spoken.word for spoken in genre.words)
        table.add_row(genre.genre, f"{genre.probability:.2f}", *opinions, ", ".join(list(words)[:SHOWN_WORDS]))
    voters = document.neighbours[:SHOWN_VOTERS]
    if voters:
        named = (f"{voter.title or voter.file} ({', '.join(voter.genres)})" for voter in voters)
        table.caption = f"nearest voters: {'; '.join(named)}"
        table.caption_justify = "left"
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


LEAST_NEEDED = ("file", "artwork", "genres", "year", "similarity", "artist")
"""Columns of neighbours that a narrow terminal does without, the first one first."""


def neighbours_table(neighbours: list[NeighbourSchema]) -> Table | str:
    """The neighbours for a person to read."""
    if not neighbours:
        return "no album fits"
    numbers = (Column(name, no_wrap=True) for name in ("similarity", "artwork", "album"))
    year = Column("year", no_wrap=True)
    table = Table(*numbers, "title", "artist", year, "genres", "file", box=None, pad_edge=False)
    for neighbour in neighbours:
        table.add_row(
            f"{neighbour.similarity:.3f}",
            "same" if neighbour.same_artwork else "",
            str(neighbour.album_id),
            neighbour.title or "",
            neighbour.artist or "",
            str(neighbour.year or ""),
            ", ".join(neighbour.genres),
            neighbour.file,
        )
    return table
