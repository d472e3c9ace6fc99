"""Words in the sentences that an image-text model knows them from.

Its authors taught it with captions. A word alone is seldom one, so it is put into several, and the mean of their
vectors is used: Radford et al., "Learning transferable visual models from natural language supervision" (2021), 3.1.4.
"""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import unit_rows
from indexer.models.text_tower import TextTower
from sleeve.errors import QueryError

LOOKS = ("{}", "a cover with {}", "an album cover with {}", "artwork of {}")
"""What a cover shows; the first is the text as it was given."""

GENRES = ("{}", "a {} album", "the cover of a {} album", "{} music")
"""What is on a record."""


def embed_in(templates: Sequence[str], tower: TextTower, text: str) -> NDArray[np.float32]:
    """The (1, d) vector of length 1 of a text in several templates: the mean of theirs.

    A template that the text makes longer than the tower reads is left out.

    Raises:
        QueryError: the text is empty, or too long as it is.
        BundleError: a file of the tower is damaged, OpenVINO cannot run it, or it is not what the manifest says.
    """
    first, *others = (template.format(text) for template in templates)
    made = [tower.embed(first)]
    for sentence in others:
        with suppress(QueryError):
            made.append(tower.embed(sentence))
    return unit_rows(np.mean(made, axis=0))
