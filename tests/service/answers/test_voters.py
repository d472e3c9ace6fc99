"""Who votes on a genre, and what the vote says: as in the evaluation, the k nearest fronts of albums with a genre."""

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db import labels, overruling, texts, vectors
from db.database import Database
from db.records import NewText, TextLine
from db.tables import AlbumGenre, Cover, Genre, Vector
from indexer.genre import (
    Calibration,
    LabelledVectors,
    TextOpinion,
    VoteSettings,
    count_texts,
    membership,
    predict,
    vote,
)
from indexer.genre.classifier import GenreClassifier
from indexer.genre.fit_text import fit_text_opinion
from indexer.genre.neighbours import nearest
from indexer.reading import OpenVinoReader
from service.answers.classify import Classifier
from service.answers.live_index import LiveIndex
from service.answers.model import Model
from service.answers.query_text import QueryReader
from service.answers.records import Outline, ReadText
from service.answers.search import Search
from sleeve.errors import ReaderError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint
from tests.service.answers.test_search import ALBUMS, Catalogue

SETTINGS = VoteSettings(k=5, near_duplicate_similarity=0.6)
GENRES = ("ambient", "jazz")


def classifier_of(
    catalogue: Catalogue,
    text: TextOpinion | None = None,
    read: Callable[[bytes, Outline | None], ReadText] = lambda _data, _outline: ReadText(),
    settings: VoteSettings = SETTINGS,
) -> Classifier:
    model = Model("fake", catalogue.backbone, None, GenreClassifier(None, Calibration(vote=settings), text))
    live_index = LiveIndex(catalogue.database, catalogue.versions, lambda _bundle: model)
    return Classifier(catalogue.database, Search(catalogue.database, live_index), read)


def label_only(catalogue: Catalogue, album_ids: list[int]) -> None:
    """These albums have a genre, no other."""
    with catalogue.database.writing() as session:
        session.query(AlbumGenre).delete()
    with catalogue.database.writing() as session:
        for number, album_id in enumerate(album_ids):
            labels.set_genres_by_hand(session, AlbumId(album_id), [GENRES[number % 2]])


def expected_voters(
    catalogue: Catalogue,
    query: np.ndarray,
    own: int | None,
    *,
    limit: float = SETTINGS.near_duplicate_similarity,
    apart: Collection[int] = (),
) -> list[tuple[int, float, str]]:
    """(album, similarity, genre) of the voters, nearest first, by a plain scan of the database."""
    with catalogue.database.reading() as session:
        rows = session.execute(
            select(Cover.album_id, Vector.embedding, Genre.name)
            .join(Vector, Vector.cover_id == Cover.id)
            .join(AlbumGenre, AlbumGenre.album_id == Cover.album_id)
            .join(Genre)
            .where(Cover.side == "front")
        ).all()
    scored = [(row[0], float(np.frombuffer(row[1], "<f2").astype(np.float64) @ query), row[2]) for row in rows]
    eligible = [one for one in scored if one[0] != own and (one[1] < limit or one[0] in apart)]
    return sorted(eligible, key=lambda one: -one[1])[: SETTINGS.k]


@pytest.mark.parametrize("labelled", [3, 9, 45, ALBUMS])
def test_the_served_vote_is_that_of_the_evaluation_album_by_album(
    database: Database, tmp_path: Path, labelled: int
) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    chosen = sorted(np.random.default_rng(7).permutation(np.arange(1, ALBUMS + 1))[:labelled].tolist())
    label_only(catalogue, chosen)
    classifier = classifier_of(catalogue)
    for album_id in range(1, ALBUMS + 1, 7):
        path = catalogue.folder / f"{album_id - 1}.png"
        own_vector = catalogue.query(path).astype(np.float16).astype(np.float64)
        voters = expected_voters(catalogue, own_vector, own=album_id)
        answer = classifier.by_album(AlbumId(album_id))
        assert [neighbour.album_id for neighbour in answer.neighbours] == [one[0] for one in voters]
        genres = sorted({GENRES[number % 2] for number in range(labelled)})
        counts = np.array([sum(GENRES[n % 2] == genre for n in range(labelled)) for genre in genres], dtype=float)
        said = vote(
            np.array([one[1] for one in voters]), membership([[one[2]] for one in voters], genres), counts, SETTINGS
        )
        served = {score.genre: score.vote for score in answer.genres}
        assert served == {genre: pytest.approx(share, abs=2e-3) for genre, share in zip(genres, said, strict=True)}


def test_near_duplicates_that_a_person_told_apart_vote_on_each_other_as_in_the_evaluation(
    database: Database, tmp_path: Path
) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    with database.reading() as session:
        before = vectors.of_catalogue(session, catalogue.bundle)
    album_ids, likeness = before.album_ids, before.vectors @ before.vectors.T - np.eye(len(before.vectors))
    limit = 0.3
    own, near = np.argwhere(likeness == likeness.max())[0].tolist()
    assert likeness[own, near] > limit
    asked, told = AlbumId(int(album_ids[own])), AlbumId(int(album_ids[near]))
    settings = SETTINGS.model_copy(update={"near_duplicate_similarity": limit})
    classifier = classifier_of(catalogue, settings=settings)
    assert told not in {voter.album_id for voter in classifier.by_album(asked).neighbours}
    with database.writing() as session:
        overruling.decide_albums_artwork(session, told, asked, same=False)
    for one, its in ((asked, told), (told, asked)):
        place = album_ids.tolist().index(one)
        vector = before.vectors[place].astype(np.float64)
        voters = [voter.album_id for voter in classifier.by_album(one).neighbours]
        assert voters[0] == its
        expected = expected_voters(catalogue, vector, own=one, limit=limit, apart={its})
        assert voters == [voter[0] for voter in expected]
    image = (catalogue.folder / f"{asked - 1}.png").read_bytes()
    shown = classifier.by_image(image)
    assert shown.verdict is not None
    assert shown.verdict.album_ids == {asked}
    assert told in {voter.album_id for voter in shown.neighbours}
    assert not any(voter.same_artwork for voter in shown.neighbours)

    with database.reading() as session:
        found = vectors.of_catalogue(session, catalogue.bundle)
    labelled = LabelledVectors(
        found.vectors,
        membership(found.genres, ("jazz", "rock", "soul")),
        ("jazz", "rock", "soul"),
        np.arange(len(found.vectors)),
        albums=found.album_ids,
        apart=found.apart,
    )
    rows = np.random.default_rng(0).permutation(len(labelled))
    data = labelled.take(rows)
    hits = nearest(
        data.vectors,
        data.vectors,
        SETTINGS.k,
        query_groups=data.groups,
        gallery_groups=data.groups,
        below=limit,
        apart=data.apart_from(data),
    )
    for row, album_id in enumerate(data.albums_or_rows.tolist()):
        served = [voter.album_id for voter in classifier.by_album(AlbumId(album_id)).neighbours]
        assert data.albums_or_rows[hits.rows[row]].tolist() == served


def test_a_back_that_looks_like_the_query_does_not_vote(database: Database, tmp_path: Path) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    label_only(catalogue, [1, 2, 4, 7, 10])
    back = catalogue.folder / "0-back.png"
    query = catalogue.query(back).astype(np.float64)
    answer = classifier_of(catalogue).by_image(back.read_bytes())
    assert [one.album_id for one in answer.neighbours] == [one[0] for one in expected_voters(catalogue, query, None)]
    assert all(one.similarity < SETTINGS.near_duplicate_similarity for one in answer.neighbours)


def test_without_any_genre_nobody_votes(database: Database, tmp_path: Path) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    label_only(catalogue, [])
    answer = classifier_of(catalogue).by_album(AlbumId(1))
    assert (answer.neighbours, answer.genres, answer.unsure) == ((), (), True)


def test_the_served_text_opinion_is_that_of_the_evaluation_album_by_album(database: Database, tmp_path: Path) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    label_only(catalogue, list(range(1, ALBUMS + 1)))
    read_covers(catalogue, {n: ("", f"{GENRES[n % 2]}music volume {n}")[n % 5 > 0] for n in range(ALBUMS)})
    with database.reading() as session:
        found = vectors.of_catalogue(session, catalogue.bundle)
        lines = texts.of_covers(session, [CoverId(one) for one in found.cover_ids.tolist()])
    counted = count_texts([lines[CoverId(one)] for one in found.cover_ids.tolist()])
    opinion = fit_text_opinion(counted, membership(found.genres, GENRES), GENRES, groups=found.album_ids)
    assert opinion is not None
    said = dict(zip(found.album_ids.tolist(), opinion.probabilities_of(counted), strict=True))
    classifier = classifier_of(catalogue, opinion)
    for album_id in range(1, ALBUMS + 1, 7):
        answer = classifier.by_album(AlbumId(album_id))
        assert answer.text == lines[CoverId(found.cover_ids[found.album_ids.tolist().index(album_id)])]
        served = {score.genre: score.text for score in answer.genres}
        if answer.text:
            assert served == pytest.approx(dict(zip(GENRES, said[album_id], strict=True)), abs=1e-5)
            own = next(score for score in answer.genres if score.genre == GENRES[(album_id - 1) % 2])
            assert own.words[0].word == f"{own.genre}music"
        else:
            assert set(served.values()) == {None}
        voters = {score.genre: score.vote for score in answer.genres}
        expected = predict(
            None,
            np.array([voters[genre] for genre in GENRES]),
            Calibration(vote=SETTINGS),
            text=said[album_id],
        )
        shown = [next(score.probability for score in answer.genres if score.genre == genre) for genre in GENRES]
        assert shown == pytest.approx(expected.tolist(), abs=1e-5)


def test_an_image_is_read_only_if_somebody_listens(database: Database, tmp_path: Path) -> None:
    catalogue = Catalogue(database, tmp_path)
    catalogue.refresh()
    image = (catalogue.folder / "0.png").read_bytes()
    asked: list[bytes] = []

    def read(data: bytes, _outline: Outline | None) -> ReadText:
        asked.append(data)
        return ReadText((line("jazzmusic"),), is_whole=False)

    assert classifier_of(catalogue, None, read).by_image(image).text == ()
    assert asked == []
    counted = count_texts([(line(f"{GENRES[row % 2]}music"),) for row in range(8)])
    opinion = fit_text_opinion(counted, np.eye(2, dtype=bool)[np.arange(8) % 2], GENRES, groups=np.arange(8))
    answer = classifier_of(catalogue, opinion, read).by_image(image)
    assert asked == [image]
    assert (answer.text, answer.text_is_whole) == ((line("jazzmusic"),), False)
    jazz = next(score for score in answer.genres if score.genre == "jazz")
    assert jazz.text is not None
    assert jazz.text > 0.5
    assert [(word.word, word.line) for word in jazz.words] == [("jazzmusic", 0)]


def test_a_reader_that_is_missing_leaves_images_unread() -> None:
    loads = []

    def load() -> OpenVinoReader:
        loads.append(1)
        raise ReaderError("gone")

    reader = QueryReader(load)
    assert (reader.read(b"no image"), reader.read(b"no image")) == (ReadText(), ReadText())
    assert len(loads) == 1


def read_covers(catalogue: Catalogue, said: dict[int, str]) -> None:
    """The front of album n + 1 says ``said[n]``."""
    with catalogue.database.writing() as session:
        fronts = session.execute(select(Cover.id, Cover.content_hash, Cover.file).where(Cover.side == "front")).all()
        new = [
            NewText(CoverId(row.id), ContentHash(row.content_hash), (line(text),) if text else ())
            for row in fronts
            if (text := said[int(Path(row.file).stem)]) is not None
        ]
        texts.store(session, Fingerprint("reader"), new)


def line(text: str) -> TextLine:
    return TextLine(text, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.2), (0.1, 0.2)), 0.9)
