"""The order by colour: places, their names, and which albums wait for one, on both engines."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, select, update
from sqlalchemy.orm import Session

from db import colours, facets, leases
from db.colour_order import name_of, place_of
from db.database import Database
from db.records import CatalogueFilter, HashedCover
from db.tables import Album, Cover
from sleeve.vocabulary import AlbumOrder, ContentHash, CoverId, Side
from tests.db.test_registration import offer
from tests.factories import cover_file


@pytest.fixture
def catalogue(database: Database) -> Database:
    """Three albums: 1 with covers 1 and 2, 2 with the back 3 and the front 4, 3 with the back 5 alone."""
    rows = (("one", 1, Side.FRONT), ("one", 2, Side.FRONT), ("two", 3, Side.BACK), ("two", 4, Side.FRONT))
    batch = [
        (cover_file(Path(f"/c/{n}.png"), title=title, artist="A", side=side), ContentHash(f"{n:064d}"))
        for title, n, side in (*rows, ("three", 5, Side.BACK))
    ]
    offer(database, *batch)
    return database


def faces(session: Session) -> list[HashedCover]:
    """The faces that wait, leased and given back."""
    task = colours.placing()
    found = leases.take(session, task, "somebody", after=CoverId(0), limit=10, elsewhere=())
    leases.give_back(session, task, "somebody")
    return found


def waiting(session: Session) -> list[int]:
    found = faces(session)
    assert colours.count_pending(session) == len(found)
    return [cover.cover_id for cover in found]


def placed(session: Session) -> Sequence[int | None]:
    return session.scalars(select(Album.colour).order_by(Album.id)).all()


def place_all(session: Session) -> None:
    found = faces(session)
    colours.store(session, {cover: 1000 * cover.cover_id for cover in found})


def test_hues_go_round_and_shades_up_and_down() -> None:
    assert [place_of(5 + 15 * step, 0.25) for step in range(24)] == [
        step * 1000 + (250 if step % 2 else 749) for step in range(24)
    ]
    assert place_of(4.9, 0.5) == 23_500, "what is just before red comes last"
    assert (place_of(None, 0), place_of(None, 0.5), place_of(None, 1)) == (24_999, 24_499, 24_000)


def test_places_have_the_names_that_people_use() -> None:
    hues = {29: "Red", 60: "Orange", 70: "Orange", 105: "Yellow", 142: "Green", 195: "Turquoise"}
    hues |= {230: "Blue", 264: "Blue", 310: "Purple", 328: "Pink", 0: "Pink"}
    assert {hue: name_of(place_of(hue, 0.6)) for hue in hues} == hues
    shades = {0.1: "Black", 0.5: "Grey", 0.95: "White"}
    assert {shade: name_of(place_of(None, shade)) for shade in shades} == shades


def test_the_first_front_stands_for_an_album_and_else_its_first_cover(catalogue: Database) -> None:
    with catalogue.writing() as session:
        assert waiting(session) == [1, 4, 5]
        found = colours.face(session, 2)
        assert found is not None
        assert found.cover_id == 4
        place_all(session)
        assert colours.face(session, 2) is None
        assert (waiting(session), placed(session)) == ([], [1000, 4000, 5000])


def test_a_place_goes_when_covers_change_and_stays_when_names_do(catalogue: Database) -> None:
    with catalogue.writing() as session:
        changes: tuple[tuple[Executable, list[int]], ...] = (
            (update(Cover).where(Cover.id == 1).values(content_hash="f" * 64), [1]),
            (update(Cover).where(Cover.id == 4).values(side=Side.BACK), [3]),
            (update(Cover).where(Cover.id == 2).values(album_id=3), [1, 2]),
            (delete(Cover).where(Cover.id == 3), [4]),
            (update(Cover).where(Cover.id == 1).values(file="elsewhere.png"), []),
            (update(Album).values(title="another"), []),
        )
        for change, waits in changes:
            place_all(session)
            assert waiting(session) == []
            session.execute(change)
            assert waiting(session) == waits, str(change)


def test_a_place_found_for_what_is_no_face_any_more_is_dropped(catalogue: Database) -> None:
    with catalogue.writing() as session:
        one, two, three = faces(session)
        session.execute(update(Cover).where(Cover.id == two.cover_id).values(side=Side.BACK))
        gone = HashedCover(CoverId(99), "x", "/x", ContentHash("0" * 64))
        other = HashedCover(three.cover_id, three.file, three.path, ContentHash("e" * 64))
        colours.store(session, {one: 7, two: 8, other: 9, gone: 10})
        assert placed(session) == [7, None, None]


def test_the_jumps_are_the_colours_in_their_order(catalogue: Database) -> None:
    with catalogue.writing() as session:
        for album, place in ((1, place_of(29, 0.2)), (2, place_of(None, 0.1))):
            session.execute(update(Album).where(Album.id == album).values(colour=place))
        found = facets.of_list(session, CatalogueFilter(), AlbumOrder.COLOUR)
        assert list(found.jumps.items()) == [("Red", 0), ("Black", 1), ("?", 2)]
