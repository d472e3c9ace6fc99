"""An album's genres are in the order of its source, the main one first, whoever asks for them."""

from pathlib import Path

import numpy as np
import pytest
from alembic import command

from db import albums, answering, bundles, cover_facts, vectors
from db.database import Database
from db.migration import _config, upgrade
from db.records import NewVector
from sleeve.vocabulary import AlbumId, CoverId, Fingerprint, LabelSource
from tests.db.test_labels import by_hand
from tests.db.test_registration import A, B, album_genres, offer
from tests.factories import cover_file

PATH = Path("/c/1.png")
SAID = ("soul", "jazz", "blues", "acid jazz", "r&b", "disco", "house", "funk", "boogie", "go-go", "electro")


@pytest.fixture
def catalogue(database: Database) -> Database:
    first = cover_file(PATH, *SAID, label_source=LabelSource.MANIFEST)
    offer(database, (first, A), (cover_file(Path("/c/2.png"), "jazz"), B))
    return database


def test_whoever_asks_gets_the_order_of_the_source(catalogue: Database) -> None:
    one = AlbumId(1)
    with catalogue.writing() as session:
        bundle = bundles.register(session, Fingerprint("f" * 64), name="b", dimension=2, manifest={})
        vectors.store(session, bundle, [NewVector(CoverId(1), A, np.array([1, 0], np.float16))])
    with catalogue.reading() as session:
        assert albums.album(session, one).genres == SAID
        assert albums.of_ids(session, [one])[one].genres == SAID
        assert albums.genres_of(session, [one]) == {one: SAID}
        assert next(albums.rows(session)).genres == SAID
        assert cover_facts.front_covers(session)[0].genres == SAID
        assert vectors.of_catalogue(session, bundle).genres == (SAID,)
        _, owners = answering.owners(session.connection(), [1])
        assert owners[1].genres == SAID


def test_another_order_of_the_source_is_followed_and_a_person_has_the_last_word(catalogue: Database) -> None:
    with catalogue.reading() as session:
        before = albums.state(session)
    offer(catalogue, (cover_file(PATH, *reversed(SAID), label_source=LabelSource.MANIFEST), A))
    assert album_genres(catalogue) == [SAID[::-1], ("jazz",)]
    with catalogue.reading() as session:
        assert albums.state(session) != before, "what is drawn of the first genres is drawn again"
    by_hand(catalogue, 1, "jazz", "soul")
    assert album_genres(catalogue) == [("jazz", "soul"), ("jazz",)]


def test_an_older_database_gets_the_order_that_its_statements_have(catalogue: Database) -> None:
    by_hand(catalogue, 2, "soul", "jazz")
    with catalogue.writing() as session:
        config = _config()
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "0017")
    upgrade(catalogue)
    assert album_genres(catalogue) == [SAID, ("soul", "jazz")]
