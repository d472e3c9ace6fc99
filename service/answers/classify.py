"""The genres of a cover: the neighbours' vote, the head, the text opinion, and the prediction made of them."""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from db import albums, texts
from db.database import Database
from db.records import CatalogueFilter
from indexer.genre import of_found_album, score_genres, voting_queries
from indexer.jobs.export import Predicted
from service.answers.live_index import Snapshot
from service.answers.model import Model
from service.answers.records import ClassifyAnswer, Neighbour, Outline, ReadText, SimilarRequest
from service.answers.search import Search
from service.answers.views import Understood
from sleeve.errors import NotFoundError, VectorIndexError
from sleeve.vocabulary import AlbumId, Side

_FEW_HAVE_A_GENRE = 0.05
"""Below this share of the vectors, voters are looked for among the albums with a genre alone."""


class Classifier:
    """Classifies with the model fitted last to the catalogue's labels, or with the one that came with the bundle."""

    def __init__(
        self,
        database: Database,
        search: Search,
        read: Callable[[bytes, Outline | None], ReadText] = lambda _data, _outline: ReadText(),
    ) -> None:
        """``read`` reads the text on the sleeve in an image."""
        self._database = database
        self._search = search
        self._read = read

    def by_image(self, data: bytes, outline: Outline | None = None) -> ClassifyAnswer:
        """The genres of the sleeve in an image, given as the bytes of its file; needs no index. If it shows an album of
        the catalogue, that album's own genres come first. Of several sleeves, the first is classified.

        Args:
            outline: where the sleeve is in it; None to look for it.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
            BundleError: there is no index, and the bundle to begin with cannot be used.
        """
        try:
            current = self._search.snapshot()
            model, snapshot = current.model, current
        except VectorIndexError:
            model, snapshot = self._search.model(), None
        sleeves = self._search.understand(model, data, snapshot, outline)
        asked = sleeves[0]
        text = self._text(model, data, asked)
        answer = self._answer(
            model, asked.vector, snapshot, text, apart=asked.verdict.apart, is_photo=asked.sleeve.outline is not None
        )
        own = asked.verdict.album.genres if asked.verdict.album else ()
        voters = (replace(voter, same_artwork=voter.album_id in asked.verdict.album_ids) for voter in answer.neighbours)
        return replace(
            answer,
            genres=of_found_album(answer.genres, own),
            unsure=answer.unsure and not own,
            neighbours=tuple(voters),
            sleeves=tuple(one.sleeve for one in sleeves),
        )

    def by_album(self, album_id: AlbumId) -> ClassifyAnswer:
        """The genres of an album of the catalogue by its first front cover; neither its own labels vote nor those of
        the albums linked to it.

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
            VectorIndexError: there is no index.
        """
        snapshot = self._search.snapshot()
        asked = self._search.asked(snapshot, album_id)
        with self._database.reading() as session:
            text = ReadText(texts.of_album(session, snapshot.version.record.bundle, album_id))
        leave_out = {album_id, *asked.linked}
        return self._answer(snapshot.model, asked.vectors[:1], snapshot, text, leave_out=leave_out, apart=asked.apart)

    def likeliest(self, album_id: AlbumId) -> Predicted | None:
        """The likeliest genre of an album of the catalogue; None if none is known, or the album waits to be indexed.

        Raises:
            VectorIndexError: there is no index.
        """
        try:
            found = self.by_album(album_id)
        except NotFoundError:
            return None
        if not found.genres:
            return None
        return Predicted(found.genres[0].genre, found.genres[0].probability, found.unsure)

    def _text(self, model: Model, data: bytes, asked: Understood) -> ReadText:
        """The lines on the sleeve in an image; none if nobody would listen to them, since reading takes its time."""
        if asked.text is not None:
            return asked.text
        listens = self._search.genre_classifiers.of(model).text is not None
        return self._read(data, asked.sleeve.outline) if listens else ReadText()

    def _answer(
        self,
        model: Model,
        query: NDArray[np.float32],
        snapshot: Snapshot | None,
        text: ReadText,
        *,
        leave_out: Collection[AlbumId] = (),
        apart: Collection[AlbumId] = (),
        is_photo: bool = False,
    ) -> ClassifyAnswer:
        with self._database.reading() as session:
            per_genre = albums.albums_per_genre(session)
        classifier = self._search.genre_classifiers.of(model).for_genres(per_genre)
        calibration = classifier.calibration
        neighbours: tuple[Neighbour, ...] = ()
        if snapshot is not None and per_genre:
            few = sum(per_genre.values()) < _FEW_HAVE_A_GENRE * len(snapshot.version.index)
            allowed = CatalogueFilter(side=Side.FRONT, with_genre=True) if few else CatalogueFilter()
            neighbours = self._search.by_vectors(
                snapshot,
                voting_queries(query, model.genre_dimensions, calibration.vote.genre_weight),
                SimilarRequest(calibration.vote.k, allowed),
                leave_out=leave_out,
                votes_below=calibration.vote.near_duplicate_similarity,
                apart=apart,
            ).neighbours
        found = score_genres(
            query[0],
            [neighbour.similarity for neighbour in neighbours],
            [neighbour.genres for neighbour in neighbours],
            per_genre,
            classifier,
            text.lines,
            is_photo=is_photo,
        )
        return ClassifyAnswer(
            bundle=model.name,
            index_version=None if snapshot is None else snapshot.version.record.folder,
            genres=found.genres,
            unsure=found.unsure,
            neighbours=neighbours,
            text=text.lines,
            text_is_whole=text.is_whole,
        )
