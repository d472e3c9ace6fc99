"""Going back to the index version before the live one, where its model is still there."""

from db.errors import BundleError
from db.records import IndexVersionRecord
from indexer.index_job import one_at_a_time
from service.assembly import Catalogue
from service.bundle_shelf import bundle_with


def roll_back(catalogue: Catalogue) -> IndexVersionRecord:
    """Make the version before the live one live again.

    Raises:
        NotFoundError: there is none.
        BundleError: its bundle is not there any more.
        VectorIndexError: its files are missing or damaged; ``IndexBusyError`` when somebody is at work on the index.
    """
    with one_at_a_time(catalogue.settings.folder):
        before = catalogue.versions.previous()
        if bundle_with(catalogue.settings, before.bundle.fingerprint) is None:
            raise BundleError(
                f"index {before.folder} is of the bundle {before.bundle.name}, which is not there any more; "
                "put it back first"
            )
        return catalogue.versions.rollback()
