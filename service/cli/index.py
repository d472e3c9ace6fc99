"""``sleeve index``: embed what is pending, extend or rebuild the index, gate it and promote it; go back, tidy."""

import signal
from types import FrameType
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.table import Table

from indexer.home import Home, open_home, open_home_to_look
from indexer.jobs.bring_up_to_date import IndexReport
from indexer.jobs.index import index as run_index
from indexer.jobs.index_on_ray import ClusterReport, index_on_ray
from indexer.jobs.prune import prune as prune_versions
from indexer.jobs.roll_back import roll_back
from indexer.jobs.work import work
from indexer.vector_index import IndexKind
from service.cli.console import (
    Json,
    ProgressBar,
    answer,
    answer_json,
    counted,
    report_elsewhere,
    report_rejected,
    say,
    settings_of,
)
from service.schemas import IndexRunSchema, PruneSchema, RejectionSchema, VersionSchema, VersionsSchema

WORKER_PAUSE_S = 15.0
"""How long ``--worker`` rests between two looks at the catalogue."""

SHOWN_GENRES = 5

app = typer.Typer(invoke_without_command=True)


@app.callback()
def index(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build from nothing instead of extending.")] = False,
    kind: Annotated[
        IndexKind | None,
        typer.Option(help="Kind of index; by default that of the live one, until the catalogue outgrows it."),
    ] = None,
    worker: Annotated[
        bool,
        typer.Option(
            "--worker", help="Keep running, index what is added and read it, until stopped; others may do so too."
        ),
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let the nodes of a Ray cluster embed, compare and read: `host:port` of its head, or `auto`.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Embed new covers, bring the index up to date, and link covers with the same artwork.

    A cover can be found as soon as it is embedded. Other pressings, crops and copies stay separate albums;
    `sleeve duplicates` and the album's page show them. You can stop it at any time; the next run continues where it
    stopped. On several machines with one PostgreSQL, `--worker` on each, or `--ray` once, shares the work.

    Examples:

        sleeve index

        sleeve index --ray auto

        sleeve index --rebuild
        sleeve index list
        sleeve index rollback
        sleeve index prune
    """
    if context.invoked_subcommand is not None:
        return
    if worker and (rebuild or kind or json or ray is not None):
        raise typer.BadParameter("--worker goes alone: it has no end to report")
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        if worker:
            _stop_at_sigterm()
            work(home, bar, every_s=WORKER_PAUSE_S)
        cluster = None if ray is None else index_on_ray(home, bar, ray, rebuild=rebuild, kind=kind)
        run = cluster.index if cluster else run_index(home, bar, rebuild=rebuild, kind=kind)
    rejections = [RejectionSchema.of(r) for r in run.embedded.rejected]
    elsewhere = {**run.linked.elsewhere, **run.embedded.elsewhere}
    if json:
        answer_json(_document(home, run, rejections, elsewhere))
    else:
        if cluster:
            report_cluster(cluster)
        report_rejected(rejections)
        report_elsewhere(elsewhere)
        report_index(run)
    if rejections or elsewhere or (cluster and cluster.left):
        raise typer.Exit(1)


@app.command("list")
def list_versions(context: typer.Context, json: Json = False) -> None:
    """List the index versions, the newest first; one of them is live.

    Example:

        sleeve index list
    """
    with open_home_to_look(settings_of(context)) as home:
        document = VersionsSchema.of(home.versions.kept(), home.versions.arguments)
    if json:
        answer_json(document)
    elif document.versions:
        answer(_table(document.versions))
    else:
        answer("there is no index yet; `sleeve index` builds it")


def _table(versions: list[VersionSchema]) -> Table:
    table = Table("version", "", "built", "covers", "model", "recall", "searched with", box=None, pad_edge=False)
    for one in versions:
        built = f"{one.created_at.astimezone():%Y-%m-%d %H:%M}"
        arguments = ", ".join(f"{name} {number}" for name, number in one.arguments.items())
        state = "live" if one.live else "kept"
        table.add_row(one.version, state, built, str(one.count), one.bundle, f"{one.recall:.3f}", arguments)
    return table


@app.command()
def rollback(context: typer.Context, json: Json = False) -> None:
    """Make the index version before the live one live again; a running service follows.

    Answers stay up to date: covers added since then are found, and removed ones are not. The next `sleeve index`
    continues from this version.

    Example:

        sleeve index rollback
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        rolled_back = roll_back(home, bar)
    version, pending = rolled_back.version, rolled_back.pending
    if json:
        answer_json(VersionSchema.of(version, home.versions.arguments(version)))
    else:
        waiting = f"; {pending} covers wait for `sleeve index` with it" if pending else ""
        answer(f"index {version.folder} ({version.count} vectors of {version.bundle.name}) is live again{waiting}")


@app.command()
def prune(context: typer.Context, json: Json = False) -> None:
    """Delete all index versions except the live one and the one before it, and what crashes left behind.

    Example:

        sleeve index prune
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        pruned = prune_versions(home, bar)
    if json:
        answer_json(PruneSchema(folders=list(pruned.folders), freed_bytes=pruned.freed_bytes))
    elif pruned.folders:
        answer(f"{counted(len(pruned.folders), 'folder')} deleted, {decimal(pruned.freed_bytes)} freed")
    elif not pruned.in_use:
        answer("there is nothing to delete")
    if pruned.in_use:
        say(f"{len(pruned.in_use)} folders are in use; a later `sleeve index` deletes them")


def _stop_at_sigterm() -> None:
    """Leave at once, as at Ctrl-C, also as a container's first process, for which the signal does nothing by itself."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)


def report_cluster(done: ClusterReport) -> None:
    """What a cluster did, for a person."""
    where = counted(done.nodes, "node")
    answer(f"{counted(done.embedded, 'cover')} embedded, {done.compared} compared and {done.read} read on {where}")
    if done.lost:
        say(f"{counted(done.lost, 'worker')} was lost with what it had not stored; others did that")
    if done.left:
        say(f"{counted(done.left, 'cover')} could not be embedded; `sleeve status` shows why")


def report_index(run: IndexReport) -> None:
    """What a run did, for a person."""
    answer(_summary(run))
    if not (run.refresh.version.count or run.embedded.rejected or run.embedded.still_rejected):
        say("Next: `sleeve add FOLDER` adds covers; the catalogue has none yet.")
    if run.embedded.still_rejected:
        covers = counted(run.embedded.still_rejected, "cover")
        say(
            f"{covers} still cannot be read (`sleeve status --rejected`): put the files back, or add their folder again"
        )
    if run.linked.links:
        links = run.linked.links
        pairs = "1 pair" if links == 1 else f"{links} pairs"
        answer(f"{pairs} of covers with the same artwork linked; `sleeve duplicates` shows them")
    if run.left_out:
        name = run.refresh.version.bundle.name
        say(
            f"{counted(run.left_out, 'cover')} without a vector of the bundle {name}, which has no model to make one: "
            f"`sleeve add TABLE --vector {name}=COLUMN` brings vectors that were made elsewhere"
        )
    if run.unlearned:
        more = f" and {len(run.unlearned) - SHOWN_GENRES} more" if len(run.unlearned) > SHOWN_GENRES else ""
        named = ", ".join(run.unlearned[:SHOWN_GENRES]) + more
        say(f"Next: `sleeve train --head-only` learns genres that the model has not met: {named}.")


def _summary(run: IndexReport) -> str:
    report, refresh, version = run.embedded, run.refresh, run.refresh.version
    if refresh.delta:
        return (
            f"{counted(report.embedded, 'cover')} embedded; index {version.folder} stays live, "
            f"{refresh.delta} newer vectors are searched as well"
        )
    if not refresh.changed:
        return f"nothing new: index {version.folder} holds every vector"
    how = "built" if refresh.rebuilt else "extended"
    return (
        f"{counted(report.embedded, 'cover')} embedded; index {version.folder} {how} in {run.live_after_s:.1f} s: "
        f"{version.count} vectors ({refresh.added} new, {refresh.removed} removed), "
        f"recall {version.recall:.3f}, live"
    )


def _document(
    home: Home, run: IndexReport, rejections: list[RejectionSchema], elsewhere: dict[str, int]
) -> IndexRunSchema:
    refresh = run.refresh
    return IndexRunSchema(
        embedded=run.embedded.embedded,
        rejected=len(rejections),
        still_rejected=run.embedded.still_rejected,
        rejections=rejections,
        elsewhere=elsewhere,
        vectors_added=refresh.added,
        vectors_removed=refresh.removed,
        delta=refresh.delta,
        links=run.linked.links,
        rebuilt=refresh.rebuilt,
        version=VersionSchema.of(refresh.version, home.versions.arguments(refresh.version)),
    )
