"""Declared columns: their values follow what sources say, and filters find what a plain comparison finds."""

import datetime
import operator
import random
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text

from db import album_list, facets, own_columns
from db.database import Database
from db.records import CatalogueFilter, ColumnCondition, Comparison
from db.settling import settle
from db.statements import said_by
from db.tables import Album, ColumnValue, Cover
from db.typed_cells import values_of
from sleeve.errors import CatalogueError, NotFoundError, QueryError
from sleeve.vocabulary import AlbumOrder, ColumnKind, ContentHash, LabelSource
from tests.db.test_registration import offer
from tests.factories import cover_file

KINDS = {
    "territory": ColumnKind.TEXT,
    "price": ColumnKind.NUMBER,
    "released": ColumnKind.DATE,
    "in stock": ColumnKind.YES_NO,
}
ALBUMS = 40


def extra(n: int) -> dict[str, str]:
    """What a table says of cover n; of some nothing."""
    random.seed(n)
    said = {
        "territory": random.choice(["DE", "de; AT", "Großbritannien", ""]),
        "price": random.choice(["9", "9.50", "-3", "1e3", ""]),
        "released": random.choice(["1990", "1990-05", "1990-05-17", "1991-01-01 00:00:00", ""]),
        "in stock": random.choice(["yes", "FALSE", "1", ""]),
    }
    return {name: cell for name, cell in said.items() if cell}


def fill(database: Database) -> None:
    offer(
        database,
        *(
            (
                cover_file(Path(f"/c/{n}.png"), label_source=LabelSource.MANIFEST, group=str(n), extra=extra(n)),
                ContentHash(f"{n:064d}"),
            )
            for n in range(ALBUMS)
        ),
    )


def declare(database: Database, **kinds: ColumnKind) -> None:
    with database.writing() as session:
        for name, kind in (kinds or KINDS).items():
            own_columns.declare(session, name, kind)


def found(database: Database, *where: tuple[str, str, str]) -> set[int]:
    """The numbers of the covers (from 0) of the albums that a filter lets through."""
    allowed = CatalogueFilter(
        where=tuple(ColumnCondition(name, Comparison(sign), value) for name, sign, value in where)
    )
    with database.reading() as session:
        page = album_list.page(session, allowed, AlbumOrder.NEWEST, after=None, limit=500)
        assert page.total == len(page.albums)
        return {int(album.covers[0].path.stem) for album in page.albums}


def expected(name: str, sign: str, value: str) -> set[int]:
    compare = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]
    chosen = set()
    for n in range(ALBUMS):
        cell = extra(n).get(name)
        if cell is None:
            continue
        if name == "price":
            fits = compare(float(cell), float(value))
        elif name == "in stock":
            fits = (cell.casefold() in {"yes", "1"}) == (value == "yes")
        elif name == "released":
            # As exact as what is asked for.
            fits = compare(cell[: len(value)].ljust(len(value), "\0"), value)
        else:
            fits = value.casefold() in {part.strip().casefold() for part in cell.split(";")}
        if fits:
            chosen.add(n)
    return chosen


ASKED = [
    ("territory", "=", "dE"),
    ("territory", "=", "at"),
    ("territory", "=", "GROSSBRITANNIEN"),
    ("price", "=", "9.0"),
    *(("price", sign, value) for sign in ("<", "<=", ">", ">=") for value in ("9", "9.5", "-3", "2e3")),
    *(("released", sign, "1990") for sign in ("=", "<", "<=", ">", ">=")),
    *(("released", sign, "1990-05-17") for sign in ("=", "<", "<=", ">", ">=")),
    ("in stock", "=", "yes"),
    ("in stock", "=", "no"),
]


@pytest.mark.parametrize("declared_first", [True, False])
def test_filters_find_what_a_plain_comparison_finds(database: Database, declared_first: bool) -> None:
    steps = [declare, fill] if declared_first else [fill, declare]
    for step in steps:
        step(database)
    some = 0
    for name, sign, value in ASKED:
        assert found(database, (name, sign, value)) == expected(name, sign, value), (name, sign, value)
        some += bool(expected(name, sign, value))
    assert some > len(ASKED) / 2
    both = [("territory", "=", "DE"), ("price", ">=", "9"), ("price", "<", "1000")]
    assert found(database, *both) == set.intersection(*(expected(*one) for one in both)) != set()
    assert found(database, ("territory", "=", "at; de")) == expected("territory", "=", "AT") != set()


def test_a_source_that_changes_its_mind_replaces_its_value_and_a_person_comes_first(database: Database) -> None:
    declare(database, price=ColumnKind.NUMBER)

    def say(source: LabelSource, price: str) -> None:
        said = cover_file(Path("/c/1.png"), label_source=source, extra={"price": price} if price else {})
        offer(database, (said, ContentHash("1" * 64)))
        with database.writing() as session:
            settle(session)

    say(LabelSource.TAGS, "5")
    assert found(database, ("price", "=", "5")) == {1}
    say(LabelSource.MANIFEST, "7")
    assert (found(database, ("price", "=", "5")), found(database, ("price", "=", "7"))) == (set(), {1})
    say(LabelSource.MANIFEST, "8")
    say(LabelSource.TAGS, "6")
    assert (found(database, ("price", "=", "7")), found(database, ("price", "=", "8"))) == (set(), {1})
    with database.writing() as session:
        cover = session.scalars(select(Cover)).one()
        said_by(cover, LabelSource.HAND).extra = {"price": "9"}
        session.get_one(Album, cover.album_id).unsettled = True
    say(LabelSource.MANIFEST, "10")
    assert found(database, ("price", ">", "8")) == found(database, ("price", "=", "9")) == {1}
    with database.writing() as session:
        session.execute(delete(Cover))
        assert session.scalar(select(func.count()).select_from(ColumnValue)) == 0


def test_a_condition_holds_for_one_cover_and_lets_its_album_through(database: Database) -> None:
    declare(database, price=ColumnKind.NUMBER, territory=ColumnKind.TEXT)
    cells = [{"price": "3", "territory": "DE"}, {"price": "30", "territory": "US"}]
    covers = [
        cover_file(
            Path(f"/c/{n}.png"), label_source=LabelSource.MANIFEST, group="one", title="A", artist="B", extra=said
        )
        for n, said in enumerate(cells)
    ]
    offer(database, *((cover, ContentHash(f"{n:064d}")) for n, cover in enumerate(covers)))
    assert found(database, ("price", "=", "30")) == found(database, ("price", "=", "3")) == {0}
    assert found(database, ("price", ">", "3"), ("price", "<", "30")) == set()
    assert found(database, ("price", "=", "30"), ("territory", "=", "DE")) == set()


def test_what_cannot_be_declared_or_asked_is_said_and_changes_nothing(database: Database) -> None:
    fill(database)
    with pytest.raises(CatalogueError, match=r"\.png \(is '(DE|de; AT|Großbritannien)', no number.* and \d+ more$"):
        declare(database, territory=ColumnKind.NUMBER)
    with pytest.raises(NotFoundError, match="no declared column territory; none is declared"):
        found(database, ("territory", "=", "DE"))
    declare(database)
    before = found(database, ("price", "=", "9"))
    with pytest.raises(CatalogueError, match="no date"):
        declare(database, price=ColumnKind.DATE)
    assert found(database, ("price", "=", "9")) == before != set()
    for condition, said in [
        (("prise", "=", "9"), "declared are in stock, price, released, territory"),
        (("price", "<", "cheap"), "price<cheap: the value is 'cheap', no number"),
        (("released", "=", "1990-02-30"), "no date"),
        (("in stock", "=", "maybe"), "neither yes nor no"),
        (("territory", "<", "DE"), "can only be compared with ="),
        (("in stock", ">=", "yes"), "can only be compared with ="),
    ]:
        with pytest.raises((NotFoundError, QueryError), match=said):
            found(database, condition)
    with database.writing() as session:
        assert own_columns.forget(session, "price") == sum("price" in extra(n) for n in range(ALBUMS))
    with pytest.raises(NotFoundError):
        found(database, ("price", "=", "9"))


def test_facets_count_values_without_the_condition_on_their_column(database: Database) -> None:
    fill(database)
    declare(database)
    where = (ColumnCondition("territory", Comparison.EQUAL, "AT"), ColumnCondition("in stock", Comparison.EQUAL, "yes"))
    with database.reading() as session:
        columns = {
            one.name: one for one in facets.of_list(session, CatalogueFilter(where=where), AlbumOrder.NEWEST).columns
        }
    assert list(columns) == sorted(KINDS)
    assert columns["price"].values == columns["released"].values == {}
    stocked, austrian = expected("in stock", "=", "yes"), expected("territory", "=", "AT")
    counted = {value.casefold(): albums for value, albums in columns["territory"].values.items()}
    every = {name: len(expected("territory", "=", name) & stocked) for name in ("de", "at", "grossbritannien")}
    assert counted == {name: albums for name, albums in every.items() if albums}
    assert columns["in stock"].values.get("yes", 0) == len(austrian & stocked)


def test_values_are_looked_up_in_an_index(database: Database) -> None:
    declare(database)
    for value, name in (("folded = 'x'", "folded"), ("number < 3", "number")):
        query = f"SELECT cover_id FROM column_values WHERE column_id = 1 AND {value}"
        with database.reading() as session:
            if session.get_bind().dialect.name == "sqlite":
                plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
            else:
                session.execute(text("SET LOCAL enable_seqscan = off"))
                session.execute(text("SET LOCAL enable_bitmapscan = off"))
                plan = str(session.execute(text(f"EXPLAIN {query}")).all())
        assert f"ix_column_values_column_id_{name}_cover_id" in plan


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        *((ColumnKind.NUMBER, cell) for cell in ("", "9,99", "1_000", "inf", "nan", "1e999", "٣", "9 €", "0x10")),
        *((ColumnKind.DATE, cell) for cell in ("", "1990-13", "17.5.1990", "1990-5-1", "0000", "19900517", "x1990")),
        *((ColumnKind.YES_NO, cell) for cell in ("", "maybe", "2", "ja")),
    ],
)
def test_a_cell_of_another_kind_is_no_value(kind: ColumnKind, cell: str) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        values_of(kind, cell)


def test_every_day_is_a_date() -> None:
    day = datetime.date(2026, 11, 30)
    for cell in (str(day), f"{day} 12:00", f"{day}T12:00:00Z"):
        assert values_of(ColumnKind.DATE, cell)[0].folded == "2026-11-30"
