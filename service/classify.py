"""The genre of a cover: the neighbours' vote, the head's opinion, and the prediction made of both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db import albums, bundles, genre_models
from db.database import Database
from db.errors import VectorIndexError
from db.vocabulary import AlbumId, Fingerprint
from indexer.bundle import CALIBRATION_FILE, HEAD_FILE, Bundle
from indexer.genre import Calibration, LinearHead, opinions
from service.records import ClassifyAnswer, Neighbour, SimilarRequest
from service.search import Search

_SPARE_VOTERS = 16
"""Neighbours asked for beyond the voters: near-duplicates and albums without a genre do not vote."""


@dataclass(frozen=True, slots=True)
class Opinionated:
    """A head and a calibration that go together; the head is None where nothing was ever fitted."""

    head: LinearHead | None
    calibration: Calibration


def shipped_model(bundle: Bundle) -> Opinionated:
    """The head and calibration that came with a bundle.

    Raises:
        BundleError: one of them is damaged.
    """
    files = bundle.manifest.files
    head = LinearHead.from_bytes(bundle.read(HEAD_FILE)) if HEAD_FILE in files else None
    calibration = Calibration.from_bytes(bundle.read(CALIBRATION_FILE)) if CALIBRATION_FILE in files else Calibration()
    return Opinionated(head, calibration)


class Classifier:
    """Classifies with the model fitted last to the catalogue's labels, or with the one that came with the bundle."""

    def __init__(self, database: Database, search: Search, fingerprint: Fingerprint, bundle: Bundle) -> None:
        self._database = database
        self._search = search
        self._fingerprint = fingerprint
        self._name = bundle.manifest.name
        self._shipped = shipped_model(bundle)

    def by_image(self, data: bytes) -> ClassifyAnswer:
        """The genres of an image, given as the bytes of its file; needs no index.

        Raises:
            ImageRejectedError: the bytes are no image that Sleeve can use.
        """
        return self._answer(self._search.embed(data), leave_out=None)

    def by_album(self, album_id: AlbumId) -> ClassifyAnswer:
        """The genres of an album of the catalogue by its first front cover; its own labels do not vote.

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
            VectorIndexError: there is no index, or it is of another bundle.
        """
        vectors = self._search.vectors_of(self._search.version(), album_id)
        return self._answer(vectors[:1], leave_out=album_id)

    def _answer(self, query: NDArray[np.float32], leave_out: AlbumId | None) -> ClassifyAnswer:
        model = self._model()
        index_version, neighbours = self._neighbours(query, model.calibration, leave_out)
        with self._database.reading() as session:
            per_genre = albums.albums_per_genre(session)
        found = opinions(
            query[0],
            [neighbour.similarity for neighbour in neighbours],
            [neighbour.genres for neighbour in neighbours],
            per_genre,
            model.head,
            model.calibration,
        )
        return ClassifyAnswer(
            bundle=self._name,
            index_version=index_version,
            genres=found.genres,
            unsure=found.unsure,
            neighbours=tuple(_voters(neighbours, model.calibration)),
        )

    def _model(self) -> Opinionated:
        with self._database.reading() as session:
            bundle = bundles.find(session, self._fingerprint)
            fitted = genre_models.newest(session, bundle) if bundle else None
        if fitted is None:
            return self._shipped
        return Opinionated(LinearHead.from_bytes(fitted.head), Calibration.from_bytes(fitted.calibration))

    def _neighbours(
        self, query: NDArray[np.float32], calibration: Calibration, leave_out: AlbumId | None
    ) -> tuple[str | None, tuple[Neighbour, ...]]:
        try:
            version = self._search.version()
        except VectorIndexError:
            return None, ()
        request = SimilarRequest(calibration.vote.k + _SPARE_VOTERS)
        answer = self._search.by_vectors(version, query, request, leave_out=leave_out)
        return answer.index_version, answer.neighbours


def _voters(neighbours: tuple[Neighbour, ...], calibration: Calibration) -> list[Neighbour]:
    """The neighbours that the vote heard."""
    limit = calibration.vote.near_duplicate_similarity
    eligible = [neighbour for neighbour in neighbours if neighbour.genres and neighbour.similarity < limit]
    return eligible[: calibration.vote.k]
