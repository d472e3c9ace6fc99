"""``sleeve index``: embed what is pending, then extend or rebuild the index, gate it and promote it."""

from time import perf_counter
from typing import Annotated

import typer

from indexer.pipeline import EmbedReport, embed_pending
from indexer.vector_index import IndexKind
from indexer.versions import Refresh, one_at_a_time
from service.assembly import Catalogue, open_backbone, open_catalogue, register_bundle
from service.cli.catalogue import Json, tell_rejected
from service.cli.console import ProgressBar, answer, answer_json, settings_of
from service.cli.documents import IndexDocument, RejectedDocument, VersionDocument


def index(
    context: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build from nothing instead of extending.")] = False,
    kind: Annotated[
        IndexKind | None, typer.Option(help="Kind of index; by default the one that suits the number of covers.")
    ] = None,
    json: Json = False,
) -> None:
    """Embed the covers that have no vector yet, then bring the index up to date.

    Stop it whenever you like: the next run goes on where it was.

    Examples:

        sleeve index

        sleeve index --rebuild
    """
    started = perf_counter()
    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        report, refresh = run_index(catalogue, bar, rebuild=rebuild, kind=kind)
    rejections = [RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in report.rejected]
    if json:
        answer_json(_document(report, refresh, rejections))
    else:
        tell_rejected(rejections)
        _tell(report, refresh, perf_counter() - started)
    if rejections:
        raise typer.Exit(1)


def run_index(
    catalogue: Catalogue, bar: ProgressBar, *, rebuild: bool = False, kind: IndexKind | None = None
) -> tuple[EmbedReport, Refresh]:
    """The job of ``sleeve index``."""
    with one_at_a_time(catalogue.settings.folder):
        backbone, bundle = open_backbone(catalogue)
        record = register_bundle(catalogue, backbone, bundle)
        report = embed_pending(
            catalogue.database, backbone, record, threads=catalogue.threads, limits=catalogue.limits, progress=bar
        )
        return report, catalogue.versions.refresh(record, rebuild=rebuild, kind=kind, progress=bar)


def _tell(report: EmbedReport, refresh: Refresh, seconds: float) -> None:
    version = refresh.version
    if not refresh.changed:
        answer(f"nothing new: index {version.folder} holds all {version.count} vectors")
        return
    how = "built" if refresh.rebuilt else "extended"
    answer(
        f"{report.embedded} covers embedded; index {version.folder} {how} in {seconds:.1f} s: "
        f"{version.count} vectors ({refresh.added} new, {refresh.removed} removed), "
        f"recall {version.recall:.3f}, live"
    )


def _document(report: EmbedReport, refresh: Refresh, rejections: list[RejectedDocument]) -> IndexDocument:
    return IndexDocument(
        embedded=report.embedded,
        rejected=len(rejections),
        rejections=rejections,
        vectors_added=refresh.added,
        vectors_removed=refresh.removed,
        rebuilt=refresh.rebuilt,
        version=VersionDocument.of(refresh.version),
    )
