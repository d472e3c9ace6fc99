"""What speaks for a quadrilateral → how likely it is that it is the sleeve's outline, and not a frame printed on it.

The weights are a logistic regression's, fitted to drawn photographs (``indexer/training/photographs.py`` and the
photo-like views of ``indexer/training/distortions.py``), of covers that the shipped model was not trained on.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.outline.quadrilaterals import Quadrilaterals

SURE = 2.0
"""From this log-odds on an outline is sure: 97 % of them are right."""

MAYBE = -1.0
"""Below it, there is none."""

LEAST_ASKEW = 0.022
"""By how much a side departs from upright or level, as a share of its length, on average. Frames printed on scanned
covers depart by less, sleeves in photos by more: an outline that is straight is never sure."""

_WEIGHTS = np.array([13.07, 10.13, -8.16, 7.37, 8.29, -52.8, -3.47], np.float32)
"""Edge along the sides: mean, and of the worst side; edges that go on beyond the corners; the root of the area's share;
how square it is; how far it is outside; how askew."""

_OFFSET = -23.0
ASKEW = 6
"""Which of the numbers says how askew it is."""


def log_odds(found: Quadrilaterals) -> NDArray[np.float64]:
    """(q,) of each quadrilateral."""
    return np.asarray(found.evidence @ _WEIGHTS + _OFFSET, np.float64)
