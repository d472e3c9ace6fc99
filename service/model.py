"""A bundle opened to answer with: what embeds images and texts, and the head and calibration that came with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.backbone import Backbone, OpenVinoBackbone
from indexer.bundle import CALIBRATION_FILE, HEAD_FILE, Bundle
from indexer.genre import Calibration, LinearHead
from indexer.text_tower import TextTower, text_tower_of


@dataclass(frozen=True, slots=True)
class Opinionated:
    """A head and a calibration that go together; the head is None where nothing was ever fitted."""

    head: LinearHead | None
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Model:
    """What a bundle can do; ``text_tower`` is None where it reads no texts. ``metrics`` is what its maker measured."""

    name: str
    backbone: Backbone
    text_tower: TextTower | None
    shipped: Opinionated
    metrics: Mapping[str, float] = field(default_factory=dict)


def open_model(bundle: Bundle, threads: int) -> Model:
    """Load and compile a bundle.

    Raises:
        BundleError: a file of it is damaged, or OpenVINO cannot run it.
    """
    return Model(
        bundle.manifest.name,
        OpenVinoBackbone(bundle, threads=threads),
        text_tower_of(bundle, threads),
        shipped_opinions(bundle),
        bundle.manifest.metrics,
    )


def shipped_opinions(bundle: Bundle) -> Opinionated:
    """The head and calibration that came with a bundle.

    Raises:
        BundleError: one of them is damaged.
    """
    files = bundle.manifest.files
    head = LinearHead.from_bytes(bundle.read(HEAD_FILE)) if HEAD_FILE in files else None
    calibration = Calibration.from_bytes(bundle.read(CALIBRATION_FILE)) if CALIBRATION_FILE in files else Calibration()
    return Opinionated(head, calibration)
