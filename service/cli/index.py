"""``sleeve index``: embed what is pending, then extend or rebuild the index, gate it and promote it; go back, tidy."""

import logging
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Annotated

import typer
from rich.filesize import decimal

from db import albums, genre_models, vectors
from db.errors import VectorIndexError
from db.records import BundleRecord
from indexer.bundle import Bundle
from indexer.duplicates import Linked, link_pending
from indexer.index_job import job, one_at_a_time
from indexer.pipeline import EmbedReport, embed_pending
from indexer.vector_index import IndexKind
from indexer.versions import IndexVersions, Refresh
from service.assembly import Catalogue, open_backbone, open_catalogue, register_bundle
from service.cli.catalogue import Json, tell_rejected
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import IndexDocument, PruneDocument, RejectedDocument, VersionDocument
from service.model import shipped_opinions
from service.rollback import roll_back

EXTEND_AFTER = 20_000
EXTEND_AFTER_SHARE = 0.2
"""While a long run embeds, the index takes in what is new whenever that is as much, and this share of the index: until
then searches keep it in memory."""

WORTH_LEARNING_ALBUMS = 10
"""A genre of so many albums is worth learning, where there are two."""

SHOWN_GENRES = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexRun:
    """What each stage of ``sleeve index`` did, and how long it took until its index was live.

    Args:
        unlearned: the catalogue's genres that the bundle's head does not know, while it answers for want of another.
    """

    embedded: EmbedReport
    refresh: Refresh
    linked: Linked
    live_after_s: float
    unlearned: tuple[str, ...]


app = typer.Typer(help="Embed what is new and bring the index up to date.", invoke_without_command=True)


@app.callback()
def index(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build from nothing instead of extending.")] = False,
    kind: Annotated[
        IndexKind | None,
        typer.Option(help="Kind of index; by default the live one's, until the catalogue outgrows that."),
    ] = None,
    json: Json = False,
) -> None:
    """Embed the covers that have no vector yet, bring the index up to date, and link covers that show one artwork.

    Covers are found from the moment they are embedded. Other pressings, crops and copies stay albums of their own;
    `sleeve duplicates` and an album's page show them. Stop it whenever you like: the next run goes on where it was.

    Examples:

        sleeve index

        sleeve index --rebuild

        sleeve index rollback

        sleeve index prune
    """
    if context.invoked_subcommand is not None:
        return
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        run = run_index(catalogue, bar, rebuild=rebuild, kind=kind)
    rejections = [RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in run.embedded.rejected]
    if json:
        answer_json(_document(run, rejections))
    else:
        tell_rejected(rejections)
        tell(run)
    if rejections:
        raise typer.Exit(1)


def run_index(
    catalogue: Catalogue, bar: ProgressBar, *, rebuild: bool = False, kind: IndexKind | None = None
) -> IndexRun:
    """The job of ``sleeve index``."""
    started = perf_counter()
    with job(catalogue.settings.folder, bar) as progress:
        backbone, bundle = open_backbone(catalogue)
        record = register_bundle(catalogue, backbone, bundle)
        report = embed_pending(
            catalogue.database,
            backbone,
            record,
            threads=catalogue.threads,
            limits=catalogue.limits,
            progress=progress,
            stored=_Extending(catalogue.versions, record).stored,
        )
        refresh = catalogue.versions.refresh(record, rebuild=rebuild, kind=kind, progress=progress)
        live_after_s = perf_counter() - started
        linked = link_pending(
            catalogue.database,
            catalogue.versions,
            refresh.version,
            threads=catalogue.threads,
            limits=catalogue.limits,
            progress=progress,
        )
        return IndexRun(report, refresh, linked, live_after_s, _unlearned(catalogue, record, bundle))


def _unlearned(catalogue: Catalogue, record: BundleRecord, bundle: Bundle) -> tuple[str, ...]:
    with catalogue.database.reading() as session:
        if genre_models.newest_id(session, record.fingerprint) is not None:
            return ()
        counts = albums.albums_per_genre(session)
    worth = [genre for genre, count in counts.items() if count >= WORTH_LEARNING_ALBUMS]
    if len(worth) < 2:
        return ()
    head = shipped_opinions(bundle).head
    return tuple(genre for genre in worth if head is None or genre not in head.genres)


class _Extending:
    """Extends the live index now and then while its bundle embeds, so that the delta stays small."""

    def __init__(self, versions: IndexVersions, bundle: BundleRecord) -> None:
        self._versions = versions
        self._bundle = bundle
        self._waiting = 0

    def stored(self, count: int) -> None:
        self._waiting += count
        if self._waiting < EXTEND_AFTER:
            return
        live = self._versions.live()
        # An index of part of the catalogue must not take the place of another bundle's whole one.
        if live is None or live.bundle != self._bundle or self._waiting < EXTEND_AFTER_SHARE * live.count:
            return
        self._waiting = 0
        try:
            self._versions.refresh(self._bundle)
        except VectorIndexError as error:
            _log.warning("%s; embedding goes on", error)


@app.command()
def rollback(context: typer.Context, json: Json = False) -> None:
    """Make the index version before the live one live again; a running service follows.

    Covers that were added or removed since then are found or not found as ever. The next `sleeve index` goes on from
    the version that is live then.

    Example:

        sleeve index rollback
    """
    with open_catalogue(settings_of(context)) as catalogue:
        version = roll_back(catalogue)
        with catalogue.database.reading() as session:
            pending = vectors.count_pending(session, version.bundle)
    if json:
        answer_json(VersionDocument.of(replace(version, live=True)))
    else:
        waiting = f"; {pending} covers wait for `sleeve index` with it" if pending else ""
        answer(f"index {version.folder} ({version.count} vectors of {version.bundle.name}) is live again{waiting}")


@app.command()
def prune(context: typer.Context, json: Json = False) -> None:
    """Delete what is no longer of use: all index versions but the live one and the one before it, and leftovers.

    Example:

        sleeve index prune
    """
    settings = settings_of(context)
    with open_catalogue(settings) as catalogue, one_at_a_time(settings.folder):
        pruned = catalogue.versions.prune()
    if json:
        answer_json(PruneDocument(folders=list(pruned.folders), freed_bytes=pruned.freed_bytes))
    elif pruned.folders:
        answer(f"{len(pruned.folders)} folders deleted, {decimal(pruned.freed_bytes)} freed")
    else:
        answer("there is nothing to delete")


def tell(run: IndexRun) -> None:
    """What a run did, for a person."""
    answer(_told(run))
    if run.linked.links:
        links = run.linked.links
        answer(f"{links} near-duplicate{'s' if links > 1 else ''} linked; `sleeve duplicates` shows them")
    if run.unlearned:
        more = f" and {len(run.unlearned) - SHOWN_GENRES} more" if len(run.unlearned) > SHOWN_GENRES else ""
        named = ", ".join(run.unlearned[:SHOWN_GENRES]) + more
        say(f"Next: `sleeve train --head-only` learns genres that the model has not met: {named}.")


def _told(run: IndexRun) -> str:
    report, refresh, version = run.embedded, run.refresh, run.refresh.version
    if refresh.delta:
        return (
            f"{report.embedded} covers embedded; index {version.folder} stays live, "
            f"{refresh.delta} newer vectors are searched beside it"
        )
    if not refresh.changed:
        return f"nothing new: index {version.folder} holds every vector"
    how = "built" if refresh.rebuilt else "extended"
    return (
        f"{report.embedded} covers embedded; index {version.folder} {how} in {run.live_after_s:.1f} s: "
        f"{version.count} vectors ({refresh.added} new, {refresh.removed} removed), "
        f"recall {version.recall:.3f}, live"
    )


def _document(run: IndexRun, rejections: list[RejectedDocument]) -> IndexDocument:
    refresh = run.refresh
    return IndexDocument(
        embedded=run.embedded.embedded,
        rejected=len(rejections),
        rejections=rejections,
        vectors_added=refresh.added,
        vectors_removed=refresh.removed,
        delta=refresh.delta,
        links=run.linked.links,
        rebuilt=refresh.rebuilt,
        version=VersionDocument.of(refresh.version),
    )
