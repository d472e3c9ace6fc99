"""``sleeve add``, ``sleeve remove`` and ``sleeve status``: what is in the catalogue."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from db import albums, index_versions, vectors
from db.records import FileOutcome
from db.vocabulary import AlbumId, Outcome
from indexer.cover_store import CoverStore
from indexer.registration import add as add_source
from indexer.removal import remove_albums
from indexer.sources import GenreFrom, open_source
from service.assembly import open_catalogue
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import AddDocument, RejectedDocument, RemoveDocument, StatusDocument, VersionDocument
from service.schemas import MAX_ID

SHOWN_REJECTIONS = 20
"""Rejected files named on the terminal; ``--json`` and the database have all."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Folders of covers, CSV manifests, or single images.")],
    genre_from: Annotated[
        GenreFrom | None,
        typer.Option(help="What says the genre. By default a manifest's column, or a folder's sub-folders."),
    ] = None,
    json: Json = False,
) -> None:
    """Register albums and covers. Adding the same files twice changes nothing.

    A folder is a folder a genre: `covers/jazz/blue.jpg` is jazz. A manifest is a CSV file with a column `file` and,
    if you like, `genre`, `artist`, `album`, `year` and `side` (front or back).

    Examples:

        sleeve add covers/

        sleeve add catalogue.csv

        sleeve add ~/Pictures/sleeves --genre-from none
    """
    sources = [open_source(path, genre_from) for path in paths]
    counts: Counter[Outcome] = Counter()
    rejected: list[FileOutcome] = []
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        for source in sources:
            report = add_source(
                catalogue.database, source, threads=catalogue.threads, limits=catalogue.limits, progress=bar
            )
            counts += report.counts
            rejected += report.rejected
    document = AddDocument(
        added=counts[Outcome.ADDED],
        unchanged=counts[Outcome.UNCHANGED],
        rejected=counts[Outcome.REJECTED],
        rejections=[RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in rejected],
    )
    if json:
        answer_json(document)
    else:
        _tell(document)
    if rejected:
        raise typer.Exit(1)


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
