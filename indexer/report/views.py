"""Which covers a model may be measured on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre import LabelledVectors
from indexer.report.material import Material


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Covers as a model sees them that was trained on none of them.

    Attributes:
        model: its name; ``title`` says which covers too.
        rows: (n,) rows of the material; ``data`` has the same covers in the same order.
    """

    model: str
    title: str
    rows: NDArray[np.int64]
    data: LabelledVectors


def views_of(material: Material) -> tuple[View, ...]:
    """The frozen model on all labelled covers, and both on those that the live one has not seen, the live one last."""
    labelled, found = material.labelled, []
    unseen = np.flatnonzero(material.live.unseen[labelled])
    every = f"all {len(labelled):,} labelled covers"
    new = f"the {len(unseen):,} labelled covers new to {material.live.name}"
    some_seen = len(unseen) < len(labelled)
    if material.frozen is not None:
        name, before = material.frozen.name, material.labelled_vectors(material.frozen)
        found.append(View(name, f"{name}, {every}", labelled, before))
        if some_seen:
            found.append(View(name, f"{name}, {new}", labelled[unseen], before.take(unseen)))
    name, after = material.live.name, material.labelled_vectors(material.live).take(unseen)
    found.append(View(name, f"{name}, {new if some_seen else every}", labelled[unseen], after))
    return tuple(view for view in found if len(view.data))
