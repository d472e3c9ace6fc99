"""``sleeve bundles``: the models that can be used."""

from dataclasses import dataclass

from db import bundles
from indexer.home import Home
from indexer.models.backbone import fingerprints_as_run
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress


@dataclass(frozen=True, slots=True)
class BundleUse:
    """A bundle that can be used, whether it is live, and how many covers of the catalogue it has embedded."""

    bundle: AnyBundle
    live: bool
    vectors: int


def list_bundles(home: Home, progress: Progress) -> list[BundleUse]:
    """The bundles that can be used, those of this home first."""
    live = home.live()
    progress.start("Counting vectors", 1)
    with home.database.reading() as session:
        counted = bundles.vector_counts(session)
    return [
        BundleUse(
            bundle,
            live is not None and live.bundle.fingerprint in fingerprints_as_run(bundle),
            sum(counted.get(fingerprint, 0) for fingerprint in fingerprints_as_run(bundle)),
        )
        for bundle in home.shelf
    ]
