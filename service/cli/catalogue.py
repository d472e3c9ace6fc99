"""``sleeve add``, ``sleeve remove`` and ``sleeve status``: what is in the catalogue."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from db import albums, index_versions, vectors
from db.errors import SourceError
from db.records import FileOutcome
from db.vocabulary import AlbumId, Outcome
from indexer.cover_store import CoverStore
from indexer.registration import add as add_source
from indexer.remote_image import PUBLIC, fetch_image
from indexer.removal import remove_albums
from indexer.sources import COLUMNS, GenreFrom, Source, open_source
from indexer.sources.changes import ChangedFiles
from indexer.sources.spelling import SPELLINGS_FILE
from indexer.url_covers import UrlCovers
from service.assembly import Catalogue, open_catalogue
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import AddDocument, RejectedDocument, RemoveDocument, StatusDocument, VersionDocument
from service.cli.watch import changes
from service.schemas import MAX_ID

SHOWN_REJECTIONS = 20
"""Rejected files named on the terminal; ``--json`` and the database have all."""

REACH = PUBLIC
"""How far fetching the images that manifests name by URL may go."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def add(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders of covers, zip archives, manifests, music libraries, or single images."),
    ],
    genre_from: Annotated[
        GenreFrom | None,
        typer.Option(help="What says the genre. By default a manifest's column, or a folder's sub-folders."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help=f"What a manifest calls one of {', '.join(COLUMNS)}."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and add what changes, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Register albums and covers. Adding the same files twice changes nothing.

    A folder is a folder a genre: `covers/jazz/blue.jpg` is jazz. A zip archive is a genre too, or holds a folder a
    genre; it is read in place. A manifest is a table (.csv, .tsv, .jsonl, .parquet) with a column `file` and, if you
    like, `genre`, `artist`, `album`, `year`, `side` (front or back) and `back`; with SLEEVE_IMAGE_URLS=1 a
    file may be an http(s) URL. With `--genre-from tags` a folder is a music library: albums come from the tags of its
    tracks, covers from `cover.jpg` and the like or from the tracks.

    Examples:

        sleeve add covers/

        sleeve add "black metal.zip" jazz.zip

        sleeve add ~/Music --genre-from tags --watch

        sleeve add catalogue.csv --column artist=Künstler --column file=Bild

        sleeve add ~/Pictures/sleeves --genre-from none
    """
    columns = dict(_column(text) for text in column or ())
    settings = settings_of(context)
    if watch and json:
        raise typer.BadParameter("--json gives one document at the end, and --watch has no end; use one of them")

    def open_all() -> list[Source]:
        own, url_path = settings.folder / SPELLINGS_FILE, CoverStore(settings.folder).path_of_url
        return [open_source(path, genre_from, columns=columns, own_spellings=own, url_path=url_path) for path in paths]

    sources = open_all()
    with open_catalogue(settings) as catalogue:
        if watch:
            for changed in changes(paths):
                _follow(catalogue, open_all, changed)
            return
        document = _add(catalogue, sources)
    if json:
        answer_json(document)
    else:
        _tell(document)
    if document.rejected:
        raise typer.Exit(1)


def _follow(catalogue: Catalogue, open_all: Callable[[], list[Source]], changed: frozenset[Path]) -> None:
    """Add everything when the watch begins, then what changed; nothing that is wrong with a file ends the watch."""
    try:
        sources = open_all()
        document = _add(catalogue, [ChangedFiles(source, changed) for source in sources] if changed else sources)
    except SourceError as error:
        say(f"{error}; waiting for it to change")
        return
    if not changed or document.added or document.rejected:
        _tell(document)
    if not changed:
        say("Watching for changes; Ctrl-C ends it.")


def _column(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if ours not in COLUMNS or not theirs.strip():
        raise typer.BadParameter(f"--column {text}: write OURS=THEIRS, OURS one of {', '.join(COLUMNS)}")
    return ours, theirs


def _add(catalogue: Catalogue, sources: Sequence[Source]) -> AddDocument:
    counts: Counter[Outcome] = Counter()
    rejected: list[FileOutcome] = []
    fetch = partial(fetch_image, limits=catalogue.limits, reach=REACH) if catalogue.settings.image_urls else None
    urls = UrlCovers(CoverStore(catalogue.settings.folder), fetch, catalogue.limits)
    with ProgressBar() as bar:
        for source in sources:
            report = add_source(
                catalogue.database,
                source,
                threads=catalogue.threads,
                limits=catalogue.limits,
                progress=bar,
                urls=urls,
            )
            counts += report.counts
            rejected += report.rejected
    return AddDocument(
        added=counts[Outcome.ADDED],
        unchanged=counts[Outcome.UNCHANGED],
        rejected=counts[Outcome.REJECTED],
        rejections=[RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in rejected],
    )


def _tell(document: AddDocument) -> None:
    tell_rejected(document.rejections)
    answer(f"{document.added} added, {document.unchanged} unchanged, {document.rejected} rejected")
    if document.added:
        say("Next: `sleeve index` makes them searchable.")


def tell_rejected(rejections: list[RejectedDocument]) -> None:
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
    """Forget albums everywhere: covers, labels, vectors. Your image files stay; covers uploaded to the service go.

    Example:

        sleeve remove --album 17 --album 23
    """
    album_ids = [AlbumId(album_id) for album_id in dict.fromkeys(album)]
    with open_catalogue(settings_of(context)) as catalogue:
        covers = remove_albums(catalogue.database, CoverStore(catalogue.settings.folder), album_ids)
    document = RemoveDocument(albums=len(album_ids), covers=covers)
    if json:
        answer_json(document)
    else:
        answer(f"removed {document.albums} albums with {document.covers} covers; they are in no answer from now on")


def status(context: typer.Context, json: Json = False) -> None:
    """Show what is in the catalogue and which index version is live."""
    with open_catalogue(settings_of(context)) as catalogue, catalogue.database.reading() as session:
        counts = albums.counts(session)
        versions = index_versions.versions(session)
        live = next((version for version in versions if version.live), None)
        document = StatusDocument(
            home=str(catalogue.settings.folder),
            database=str(catalogue.database),
            albums=counts.albums,
            covers=counts.covers,
            genres=dict(counts.genres),
            files=dict(counts.files),
            rejections=dict(counts.rejections),
            bundle=live.bundle.name if live else None,
            pending=vectors.count_pending(session, live.bundle) if live else counts.covers,
            versions=[VersionDocument.of(version) for version in versions],
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
    answer("\n".join(lines))


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
