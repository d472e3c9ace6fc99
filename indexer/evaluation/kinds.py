"""Kinds of tested covers that the text opinion may help differently: with text or without, by names seen or not.

A cover whose artist is known is tested without all covers of that artist. Where the artist is unknown, a rare word that
it shares with a cover trained on may be the artist's name.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.genre.counted_texts import CountedTexts
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.wording import is_word

RARE_COVERS = 3
"""A word on no more covers trained on is rare."""

LEAST_LETTERS = 4
"""Letters of a word that may be a name."""

WITH_TEXT, WITHOUT_TEXT = "with text", "without text"
HELD_OUT = "with text, artist known and held out"
MAYBE_SEEN = "with text, artist unknown, shares a rare word"
NOT_SEEN = "with text, artist unknown, shares no rare word"


def kinds_of_covers(
    data: LabelledVectors, parts: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> dict[str, NDArray[np.bool_]]:
    """For each kind, which of the tested covers are of it, in their order; nothing if nobody has read any.

    Args:
        parts: the rows trained on and those tested then.
    """
    if data.texts is None:
        return {}
    found = list(parts)
    tested = np.concatenate([test for _, test in found])
    shares = np.concatenate([_shares_a_rare_word(data.texts, train, test) for train, test in found])
    read, named = data.texts.speak[tested], data.named_or_none[tested]
    return {
        WITH_TEXT: read,
        WITHOUT_TEXT: ~read,
        HELD_OUT: read & named,
        MAYBE_SEEN: read & ~named & shares,
        NOT_SEEN: read & ~named & ~shares,
    }


def _shares_a_rare_word(texts: CountedTexts, train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.bool_]:
    long_words = np.array([is_word(term, LEAST_LETTERS) for term in texts.terms], dtype=np.bool_)
    covers = np.bincount(texts[train].counts.indices, minlength=len(texts.terms))
    rare = long_words & (covers > 0) & (covers <= RARE_COVERS)
    return np.asarray(texts[test].counts @ rare.astype(np.float32)) > 0
