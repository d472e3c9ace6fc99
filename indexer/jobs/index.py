"""``sleeve index``: embed what is pending, bring the index up to date, link covers of one artwork."""

from indexer.home import Home
from indexer.jobs.bring_up_to_date import IndexReport, bring_up_to_date
from indexer.jobs.running import job
from indexer.progress import Progress
from indexer.vector_index import IndexKind


def index(
    home: Home,
    progress: Progress,
    *,
    rebuild: bool = False,
    kind: IndexKind | None = None,
    tries_again: bool = True,
) -> IndexReport:
    """Embed the covers without a vector, extend or rebuild the index, promote it, and compare new covers.

    Covers are shared with every other process that embeds or compares those of this catalogue; the index is of this
    home.

    Args:
        tries_again: whether covers that failed a moment ago are tried again.

    Raises:
        BusyError: another process is at work on the index.
        BundleError: the bundle is missing, damaged or cannot be run.
        VectorIndexError: the new version is below its gate; the live one stays.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    with job(home, progress) as reported:
        return bring_up_to_date(home, reported, rebuild=rebuild, kind=kind, tries_again=tries_again)
