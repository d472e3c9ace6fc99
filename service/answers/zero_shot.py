"""Genres that a person names, of covers, by a model that reads text; calibrated on the genres of the catalogue."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.genre.zero_shot import USUAL_SCALE, fit_scale, probabilities
from indexer.models.prompts import GENRES
from service.answers.live_index import Snapshot, some_ids
from service.answers.records import NamedGenres
from service.answers.search import Search
from sleeve.errors import VectorIndexError
from sleeve.vocabulary import Side

LOOKED_AT = 2_000
"""Covers of the catalogue that the calibration looks at."""

LEAST_OF_GENRE = 5
"""Of them a genre must have so many, or it is left out."""


class ZeroShot:
    """Classifies images by the names of genres, at least two.

    Raises:
        QueryError: the bundle has no text tower, or a name is empty or too long.
        BundleError: the bundle cannot be used.
    """

    def __init__(self, search: Search, names: Sequence[str]) -> None:
        self._search = search
        self._names = tuple(names)
        try:
            self._snapshot: Snapshot | None = search.snapshot()
        except VectorIndexError:
            self._snapshot = None
        self._model = self._snapshot.model if self._snapshot else search.model()
        self._vectors = self._embedded(self._names)
        self._scale, self._calibrated_on = self._calibrate()

    def by_image(self, data: bytes) -> NamedGenres:
        """The chance of each named genre, for the sleeve in an image that is given as the bytes of its file.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        cover = self._search.understand(self._model, data, self._snapshot)[0].vector
        chances = probabilities(cover, self._vectors, self._scale)[0].tolist()
        ranked = sorted(zip(self._names, chances, strict=True), key=lambda one: -one[1])
        return NamedGenres(self._model.name, dict(ranked), self._calibrated_on)

    def _embedded(self, names: Sequence[str]) -> NDArray[np.float32]:
        return np.concatenate([self._search.embed_text(self._model, name, GENRES) for name in names])

    def _calibrate(self) -> tuple[float, int]:
        """The scale, and how many covers with a genre it was fitted to."""
        if self._snapshot is None:
            return USUAL_SCALE, 0
        index = self._snapshot.version.index
        ids = some_ids(index, LOOKED_AT)
        owners = self._snapshot.memory.owners(ids.tolist())
        genre_of = {
            vector_id: owner.genres[0]
            for vector_id, owner in owners.items()
            if owner.genres and owner.side is Side.FRONT
        }
        genres = sorted(genre for genre, count in Counter(genre_of.values()).items() if count >= LEAST_OF_GENRE)
        labelled = [vector_id for vector_id, genre in genre_of.items() if genre in genres]
        if len(genres) < 2:
            return USUAL_SCALE, 0
        covers = index.vectors(np.array(labelled, dtype=np.int64)).astype(np.float32)
        labels = np.array([genres.index(genre_of[vector_id]) for vector_id in labelled])
        return fit_scale(covers, self._embedded(genres), labels), len(labelled)
