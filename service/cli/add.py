"""``sleeve add``: register albums and covers, once or as they change."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from indexer.home import Home, open_home
from indexer.images.storage import is_object, located
from indexer.jobs.add import add as add_sources
from indexer.jobs.add_from_server import add_from_server
from indexer.sources import AskedVectors, GenreFrom, Source, is_server
from indexer.sources.add_report import AddReport
from indexer.sources.changes import changed_part
from indexer.sources.shards import shards
from indexer.sources.watching import changes
from service.cli.console import Json, ProgressBar, answer, answer_json, counted, report_rejected, say, settings_of
from service.cli.music_server import log_in_as
from service.cli.sources import PATHS_HELP, Columns, Encoding, Opener, other_files, say_other_files
from service.schemas import AddSchema, RejectionSchema
from sleeve.errors import SourceError
from sleeve.vocabulary import ListName, Outcome


def add(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(help=f"{PATHS_HELP}; or the address of one music server."),
    ],
    genre_from: Annotated[
        GenreFrom | None,
        typer.Option(
            help="What gives the genre: sub-folders, the column of a table, tags, or nothing. By default the column "
            "of a table, or the sub-folders of a folder. `manifest` is the old name of `table`."
        ),
    ] = None,
    column: Columns = None,
    encoding: Encoding = None,
    on_list: Annotated[
        ListName | None,
        typer.Option(
            "--list",
            help="What a table without pictures, or a library of another program, is. By default the columns of a "
            "table say, if Discogs wrote it.",
        ),
    ] = None,
    vector: Annotated[
        str | None,
        typer.Option(
            "--vector",
            metavar="[NAME=]COLUMN",
            help="A column of vectors that another program made, in a Parquet table of covers. They become a bundle "
            "without a model, called NAME, or as the table.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Add what you have removed before, too.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep running and add what changes, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Register albums and covers. Adding the same files twice changes nothing; what you have removed stays removed.

    In a folder, each sub-folder is a genre: `covers/jazz/blue.jpg` is jazz. If a table there is called `metadata` and
    has a column `file_name`, it describes the pictures (image folders of Hugging Face).

    A zip or tar archive is one genre, or has a folder for each; it is read without unpacking. In a tar, `x.json`
    describes `x.jpg` (WebDataset).

    A table (.csv, .tsv, .jsonl, .parquet) has a column `file` and, if you like, `genre`, `artist`, `album`, `year`,
    `side` (front or back) and `back`; many other names of columns are known. A Parquet table may hold the images
    themselves. With SLEEVE_IMAGE_URLS=1, a file may be an http(s) URL.

    A table with artists and titles but no files is a list of albums without pictures. The collection, wantlist and
    inventory that Discogs exports put their albums on the list *owned*, *wanted* or *for-sale*; `--list` says so of any
    other table. Added again, a list that has lost rows takes their albums off. `sleeve musicbrainz --fill` looks for
    covers.

    A beets library, `Library.xml` of Apple's Music or iTunes, and the XML of rekordbox are libraries of albums. Those
    whose picture is not on this machine have no cover; `--list` puts all of them on a list.

    With `--genre-from tags`, a folder is a music library: albums come from the tags of its tracks, and covers from
    files such as `cover.jpg` or from the tracks.

    With `--vector`, covers get the vectors that a Parquet table has for them (lists of floating-point numbers). They
    are never compared with those of another bundle. `sleeve bundles use NAME` answers with them: albums can be asked
    with, images and words cannot, because no model makes such vectors here.

    Any path may be in object storage: `s3://BUCKET/…`, `gs://BUCKET/…` or `az://CONTAINER/…`. Credentials and endpoint
    come from the environment (docs/settings.md).

    `subsonics://USER@HOST` (HTTPS) or `subsonic://USER@HOST` (HTTP) is a music server that speaks Subsonic or
    OpenSubsonic, such as Navidrome, Gonic or supysonic. Sleeve asks for the password, or takes it from
    SLEEVE_SUBSONIC_PASSWORD.

    The summary counts every file, those that are not covers by kind.

    Examples:

        sleeve add covers/
        sleeve add "black metal.zip" jazz.zip
        sleeve add "shard-{000..127}.tar"
        sleeve add s3://my-bucket/covers
        sleeve add ~/Music --genre-from tags --watch
        sleeve add catalogue.csv --column artist=Künstler --column file=Bild
        sleeve add me-collection-20260101-1200.csv
        sleeve add wishes.csv --list wanted
        sleeve add covers.parquet --vector clip=embedding
        sleeve add ~/Pictures/sleeves --genre-from none
        sleeve add ~/.config/beets/library.db --list owned
        sleeve add subsonic://me@nas:4533
    """
    if any(map(is_server, paths)):
        if (
            len(paths) > 1
            or column
            or encoding
            or on_list
            or vector
            or watch
            or genre_from not in {None, GenreFrom.TAGS, GenreFrom.NONE}
        ):
            raise typer.BadParameter("a music server is added by itself; only --genre-from none and --again go with it")
        _end(_add_server(context, paths[0], label=genre_from is not GenreFrom.NONE, again=again), json=json)
        return
    opened_at = [shard for path in map(located, paths) for shard in shards(path)]
    opener = Opener(genre_from, column, encoding, on_list, _vectors(vector, len(opened_at)))
    if watch and any(map(is_object, paths)):
        raise typer.BadParameter("--watch looks at folders and files; object storage does not say what changes")
    if watch and json:
        raise typer.BadParameter("--json gives one document at the end, and --watch has no end; use one of them")

    with Home(settings_of(context)) as home:
        # Opened before the database is, so that a wrong path makes none.
        opened = [opener.open(home, path) for path in opened_at]
        home.set_up()
        if watch:
            for changed in changes(opened_at):
                for path in opened_at:
                    _follow(home, partial(opener.open, home, path), changed, again=again)
                if not changed:
                    say("Watching for changes; Ctrl-C ends it.")
            return
        document = _add(home, opened, again=again)
    _end(document, json=json)


def _vectors(said: str | None, tables: int) -> AskedVectors | None:
    if said is None:
        return None
    name, _, column = said.rpartition("=")
    if not column or (tables > 1 and not name):
        raise typer.BadParameter(f"--vector {said}: write NAME=COLUMN, so that it is clear whose vectors they are")
    return AskedVectors(column, name or None)


def _end(document: AddSchema, *, json: bool) -> None:
    if json:
        answer_json(document)
    else:
        _summarise(document)
    if document.rejected:
        raise typer.Exit(1)


def _follow(home: Home, open_it: Callable[[], Source], changed: frozenset[Path], *, again: bool) -> None:
    """Add a source when the watch begins, then what changed of it; nothing that is wrong with it ends the watch."""
    try:
        source = open_it()
        part = changed_part(source, changed) if changed else source
        document = _add(home, [part], again=again)
    except SourceError as error:
        say(f"{error}; waiting for it to change")
        return
    if not changed or document.added or document.corrected or document.rejected or document.unlisted:
        _summarise(document)


def _add(home: Home, sources: Sequence[Source], *, again: bool) -> AddSchema:
    with ProgressBar() as bar:
        report = add_sources(home, bar, sources, again=again)
    return _document(report)


def _add_server(context: typer.Context, address: str, *, label: bool, again: bool) -> AddSchema:
    settings = settings_of(context)
    client = log_in_as(settings, address)
    with open_home(settings) as home, ProgressBar() as bar:
        report, gone = add_from_server(home, bar, client, label=label, again=again)
    return _document(report, gone)


def _document(report: AddReport, gone: int = 0) -> AddSchema:
    kinds = report.of_kind()
    counts, other = report.counts, sum(kinds.values())
    return AddSchema(
        files=counts.total() + other,
        added=counts[Outcome.ADDED],
        unchanged=counts[Outcome.UNCHANGED],
        corrected=dict(report.corrected.most_common()),
        rejected=counts[Outcome.REJECTED],
        removed=counts[Outcome.REMOVED],
        other=other,
        rejections=[RejectionSchema.of(r) for r in report.rejected],
        others=other_files(kinds),
        guesses=list(report.guesses),
        gone=gone + report.gone,
        listed=report.listed,
        vectors=dict(report.vectors),
        vectors_left_out=report.vectors_left_out,
        unlisted=report.unlisted,
    )


def _summarise(document: AddSchema) -> None:
    report_rejected(document.rejections)
    say_other_files(document.others, document.guesses)
    if document.corrected:
        what = ", ".join(f"{name} of {counted(covers, 'cover')}" for name, covers in document.corrected.items())
        say(f"corrected in their source: {what} (what you have set by hand stays)")
    removed = f", {document.removed} removed before" if document.removed else ""
    others = f", {counted(document.other, 'other file')}" if document.other else ""
    unlisted = f", {document.unlisted} not on their list any more" if document.unlisted else ""
    counts = f"{document.added} added, {document.unchanged} unchanged, {document.rejected} rejected"
    answer(f"{counts}{removed}{others}{unlisted}")
    if document.gone:
        gone = counted(document.gone, "cover")
        say(f"gone from there: {gone}. Add the place that their files are in now, or run `sleeve remove --missing`.")
    if document.removed:
        say("`sleeve add --again` adds what you have removed, too.")
    if document.added and document.listed:
        say("Next: `sleeve musicbrainz --fill` or `sleeve discogs --fill` looks for covers of albums without one.")
    for name, covers in document.vectors.items():
        say(f"{counted(covers, 'new vector')} in the bundle {name}; `sleeve bundles use {name}` answers with them.")
    if document.vectors_left_out:
        left_out = counted(document.vectors_left_out, "vector")
        say(f"left out: {left_out} of albums without a cover (a vector belongs to a cover)")
    if document.added and not document.vectors and document.files - document.other > document.listed:
        say("Next: `sleeve index` makes them searchable.")
    if not (document.added or document.unchanged or document.rejected or document.removed):
        say("No covers were found there; `sleeve add --help` shows what can be added.")
