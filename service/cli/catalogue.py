"""``sleeve add``, ``sleeve remove`` and ``sleeve status``: what is in the catalogue."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from indexer.home import Home, open_home
from indexer.jobs.add import add as add_sources
from indexer.jobs.remove import remove as remove_albums
from indexer.jobs.status import status as count_home
from indexer.sources import COLUMNS, GenreFrom, Source, open_source
from indexer.sources.changes import ChangedFiles
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import AddDocument, RejectedDocument, RemoveDocument, StatusDocument, VersionDocument
from service.cli.watch import changes
from service.schemas import MAX_ID
from sleeve.errors import SourceError
from sleeve.vocabulary import AlbumId, Outcome

SHOWN_REJECTIONS = 20
"""Rejected files named on the terminal; ``--json`` and the database have all."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def add(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders of covers, zip archives, manifests, music libraries, or single images."),
    ],
    genre_from: Annotated[
        GenreFrom | None,
        typer.Option(help="What gives the genre. By default the column of a manifest, or the sub-folders of a folder."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help=f"The manifest's name for one of {', '.join(COLUMNS)}."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep running and add what changes, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Register albums and covers. Adding the same files twice changes nothing.

    In a folder, each sub-folder is a genre: `covers/jazz/blue.jpg` is jazz. A zip archive is one genre, or has a
    folder for each; it is read without unpacking. A manifest is a table (.csv, .tsv, .jsonl, .parquet) with a column
    `file` and, if you like, `genre`, `artist`, `album`, `year`, `side` (front or back) and `back`. With
    SLEEVE_IMAGE_URLS=1, a file may be an http(s) URL. With `--genre-from tags`, a folder is a music library: albums
    come from the tags of its tracks, and covers from files such as `cover.jpg` or from the tracks.

    Examples:

        sleeve add covers/

        sleeve add "black metal.zip" jazz.zip

        sleeve add ~/Music --genre-from tags --watch

        sleeve add catalogue.csv --column artist=Künstler --column file=Bild

        sleeve add ~/Pictures/sleeves --genre-from none
    """
    columns = dict(_column(text) for text in column or ())
    if watch and json:
        raise typer.BadParameter("--json gives one document at the end, and --watch has no end; use one of them")

    with Home(settings_of(context)) as home:

        def open_all() -> list[Source]:
            own, url_path = home.spellings_file, home.covers.path_of_url
            return [
                open_source(path, genre_from, columns=columns, own_spellings=own, url_path=url_path) for path in paths
            ]

        # Opened before the database is, so that a wrong path makes none.
        sources = open_all()
        home.set_up()
        if watch:
            for changed in changes(paths):
                _follow(home, open_all, changed)
            return
        document = _add(home, sources)
    if json:
        answer_json(document)
    else:
        _summarise(document)
    if document.rejected:
        raise typer.Exit(1)


def _follow(home: Home, open_all: Callable[[], list[Source]], changed: frozenset[Path]) -> None:
    """Add everything when the watch begins, then what changed; nothing that is wrong with a file ends the watch."""
    try:
        sources = open_all()
        document = _add(home, [ChangedFiles(source, changed) for source in sources] if changed else sources)
    except SourceError as error:
        say(f"{error}; waiting for it to change")
        return
    if not changed or document.added or document.rejected:
        _summarise(document)
    if not changed:
        say("Watching for changes; Ctrl-C ends it.")


def _column(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if ours not in COLUMNS or not theirs.strip():
        raise typer.BadParameter(f"--column {text}: write OURS=THEIRS, OURS one of {', '.join(COLUMNS)}")
    return ours, theirs


def _add(home: Home, sources: Sequence[Source]) -> AddDocument:
    with ProgressBar() as bar:
        report = add_sources(home, sources, bar)
    return AddDocument(
        added=report.counts[Outcome.ADDED],
        unchanged=report.counts[Outcome.UNCHANGED],
        rejected=report.counts[Outcome.REJECTED],
        rejections=[RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in report.rejected],
    )


def _summarise(document: AddDocument) -> None:
    report_rejected(document.rejections)
    answer(f"{document.added} added, {document.unchanged} unchanged, {document.rejected} rejected")
    if document.added:
        say("Next: `sleeve index` makes them searchable.")


def report_rejected(rejections: list[RejectedDocument]) -> None:
    """Name rejected files with their reasons, the first few of them."""
    for item in rejections[:SHOWN_REJECTIONS]:
        say(f"rejected {item.file}: {item.reason}" + (f" ({item.detail})" if item.detail else ""))
    if len(rejections) > SHOWN_REJECTIONS:
        say(f"… and {len(rejections) - SHOWN_REJECTIONS} more (all with --json)")


def remove(
    context: typer.Context,
    album: Annotated[list[int], typer.Option(min=1, max=MAX_ID, help="Id of an album; may be given several times.")],
    json: Json = False,
) -> None:
    """Remove albums with their covers, labels and vectors. Your own files stay; files that Sleeve wrote are deleted.

    Example:

        sleeve remove --album 17 --album 23
    """
    album_ids = [AlbumId(album_id) for album_id in dict.fromkeys(album)]
    with open_home(settings_of(context)) as home:
        covers = remove_albums(home, album_ids)
    document = RemoveDocument(albums=len(album_ids), covers=covers)
    if json:
        answer_json(document)
    else:
        answer(f"removed {document.albums} albums with {document.covers} covers; they are in no answer from now on")


def status(context: typer.Context, json: Json = False) -> None:
    """Show what is in the catalogue, and which index version is live."""
    with open_home(settings_of(context)) as home:
        found = count_home(home)
        counts, live = found.counts, found.live
        document = StatusDocument(
            home=str(home.folder),
            database=str(home.database),
            albums=counts.albums,
            covers=counts.covers,
            genres=dict(counts.genres),
            files=dict(counts.files),
            rejections=dict(counts.rejections),
            bundle=live.bundle.name if live else None,
            pending=found.pending,
            versions=[VersionDocument.of(version) for version in found.versions],
        )
    if json:
        answer_json(document)
    else:
        _show(document)


def _show(document: StatusDocument) -> None:
    lines = [
        f"home      {document.home}",
        f"database  {document.database}",
        f"albums    {document.albums}",
        f"covers    {document.covers} ({document.pending} waiting for `sleeve index`)",
        f"genres    {_listed(document.genres) or 'none'}",
        f"files     {_listed(document.files) or 'none'}",
    ]
    if document.rejections:
        lines.append(f"rejected  {_listed(document.rejections)}")
    for version in document.versions:
        what = f"{version.count} vectors of {version.bundle}, recall {version.recall:.3f}"
        lines.append(f"index     {version.name}: {'live' if version.live else 'kept'}, {what}")
    if not document.versions:
        lines.append("index     none yet; `sleeve index` builds it")
    for line in lines:
        answer(line)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
