"""A head and the calibration that goes with it: what answers for a bundle's vectors."""

from dataclasses import dataclass

from indexer.genre.head import LinearHead
from indexer.genre.prediction import Calibration
from indexer.models.bundle import CALIBRATION_FILE, HEAD_FILE, Bundle


@dataclass(frozen=True, slots=True)
class GenreClassifier:
    """A head and its calibration; the head is None if nothing was ever fitted."""

    head: LinearHead | None
    calibration: Calibration


def shipped_classifier(bundle: Bundle) -> GenreClassifier:
    """The head and calibration that came with a bundle.

    Raises:
        BundleError: one of them is damaged.
    """
    files = bundle.manifest.files
    head = LinearHead.from_bytes(bundle.read(HEAD_FILE)) if HEAD_FILE in files else None
    calibration = Calibration.from_bytes(bundle.read(CALIBRATION_FILE)) if CALIBRATION_FILE in files else Calibration()
    return GenreClassifier(head, calibration)
