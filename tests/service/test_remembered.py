"""Answers from what is remembered, while another process changes the catalogue; and how many statements they take."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import URL, func, select, text
from sqlalchemy.exc import IntegrityError

from db import albums, answering, labels, own_columns
from db.database import Database
from db.records import CatalogueFilter, ColumnCondition, Comparison
from db.tables import Album, Base, Cover, CoverLink, OwnColumn, Vector
from service.answers import memory
from service.answers.records import Neighbour, SimilarRequest
from service.answers.search import Search
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ColumnKind, ListName, Side
from tests.factories import write_cover
from tests.service.test_living_index import GENRES, World
from tests.statements import watch_statements

STEPS = (
    "add",
    "change",
    "remove",
    "remove_newest",
    "relabel",
    "rename",
    "link",
    "mark",
    "price",
    "declare",
    "extend",
    "rebuild_exact",
    "roll_back",
)


PRICE = "price"
MIDDLE = 50
"""Of the prices."""


class ChangingWorld(World):
    """A world that is changed without being looked at."""

    def check(self) -> None:
        """Another process does."""

    def rename(self) -> None:
        with self.database.writing() as session:
            for album in session.scalars(select(Album).order_by(func.random()).limit(5)):
                album.title, album.year = f"Renamed {self.random.integers(1000)}", int(self.random.integers(1950, 2000))

    def link(self) -> None:
        """Some covers are linked, others are not any more."""
        with self.database.writing() as session:
            for link in session.scalars(select(CoverLink)).all()[::2]:
                session.delete(link)
            covers = sorted(session.scalars(select(Cover.id).order_by(func.random()).limit(12)))
            for first, second in zip(covers[::2], covers[1::2], strict=False):
                session.merge(CoverLink(first_id=first, second_id=second, same=True))

    def mark(self) -> None:
        """A person puts some albums on a list, takes others off it, and takes back what they said of others."""
        with self.database.writing() as session:
            for album_id in session.scalars(select(Album.id).order_by(func.random()).limit(9)).all():
                said = (True, True, False, None)[self.random.integers(4)]
                labels.put_on_lists(session, AlbumId(album_id), {list(ListName)[self.random.integers(2)]: said})

    def price(self) -> None:
        """A table says other prices of some covers, and none of others."""
        with self.database.writing() as session:
            for cover in session.scalars(select(Cover).order_by(func.random()).limit(12)):
                cover.extra = {PRICE: str(self.random.integers(2 * MIDDLE))} if self.random.random() < 0.8 else {}

    def declare(self) -> None:
        """The column of prices is declared, or is not any more."""
        with self.database.writing() as session:
            if PRICE in own_columns.kinds(session):
                own_columns.forget(session, PRICE)
            else:
                own_columns.declare(session, PRICE, ColumnKind.NUMBER)


def change(url: URL, home: Path, seed: int, orders: Connection) -> None:
    """What the other process does: one step for each name that comes, until an empty one."""
    with Database(url) as database:
        world = ChangingWorld(database, home, seed)
        while step := orders.recv():
            getattr(world, step)()
            orders.send(step)


@contextmanager
def another_process(database: Database, home: Path, seed: int) -> Iterator[Any]:
    context: Any = get_context("forkserver")  # its type is not known on Windows
    ours, its = context.Pipe()
    process = context.Process(target=change, args=(database.url, home, seed, its))
    process.start()
    try:
        yield ours
    finally:
        ours.send("")
        process.join(timeout=60)
        assert process.exitcode == 0


def done(orders: Connection, step: str) -> None:
    orders.send(step)
    assert orders.poll(60)
    assert orders.recv() == step


Known = tuple[int, str | None, str | None, int | None, tuple[str, ...], tuple[ListName, ...], bool]


def as_known(neighbour: Neighbour) -> Known:
    n = neighbour
    return n.album_id, n.title, n.artist, n.year, n.genres, n.lists, n.same_artwork


def brute_force(database: Database, album_id: int, allowed: CatalogueFilter) -> dict[int, tuple[float, Known]]:
    """By album what an answer may say of it, and its similarity, from nothing but the tables.

    Args:
        allowed: a genre, a list, or prices below the middle.
    """
    with database.reading() as session:
        rows = session.execute(select(Vector.embedding, Cover.album_id, Cover.side).join(Cover)).all()
        own = [
            np.frombuffer(row.embedding, "<f2") for row in rows if (row.album_id, row.side) == (album_id, Side.FRONT)
        ]
        links = session.scalars(select(CoverLink).where(CoverLink.same)).all()
        album_of = {cover.id: cover.album_id for cover in session.scalars(select(Cover))}
        pairs = {(album_of[link.first_id], album_of[link.second_id]) for link in links}
        linked = {b for a, b in pairs if a == album_id} | {a for a, b in pairs if b == album_id}
        records = albums.of_ids(session, list({AlbumId(row.album_id) for row in rows}))
        covers = session.execute(select(Cover.album_id, Cover.extra)).all()
        cheap = {one.album_id for one in covers if float(one.extra.get(PRICE, "inf")) < MIDDLE}
        found: dict[int, tuple[float, Known]] = {}
        for row in rows:
            album = records[AlbumId(row.album_id)]
            if row.album_id == album_id or not (
                (allowed.genre is None or allowed.genre in album.genres)
                and (allowed.on_list is None or allowed.on_list in album.lists)
                and (not allowed.where or row.album_id in cheap)
            ):
                continue
            vector = np.frombuffer(row.embedding, "<f2").astype(np.float32)
            similarity = max(float(vector @ one.astype(np.float32)) for one in own)
            if similarity > found.get(row.album_id, (-2.0,))[0]:
                known = (album.id, album.title, album.artist, album.year, album.genres, album.lists, album.id in linked)
                found[row.album_id] = similarity, known
    return found


def check(database: Database, search: Search, random: np.random.Generator) -> None:
    with database.reading() as session:
        embedded = sorted(set(session.scalars(select(Cover.album_id).join(Vector))))
        gone = (session.scalar(select(func.max(Album.id))) or 0) + 1
        is_declared = session.scalar(select(OwnColumn.id).where(OwnColumn.name == PRICE)) is not None
    cheap = CatalogueFilter(where=(ColumnCondition(PRICE, Comparison.BELOW, str(MIDDLE)),))
    asked = [
        (CatalogueFilter(), 6),
        (CatalogueFilter(genre=str(random.choice(GENRES))), 1000),
        *((CatalogueFilter(on_list=name), 1000) for name in list(ListName)[:2]),
    ]
    if is_declared:
        asked.append((cheap, 1000))
    else:
        with pytest.raises(NotFoundError, match="no declared column price"):
            search.by_album(AlbumId(int(random.choice(embedded))), SimilarRequest(6, cheap))
    for allowed, k in asked:
        album_id = int(random.choice(embedded))
        answer = search.by_album(AlbumId(album_id), SimilarRequest(k, allowed))
        expected = sorted(brute_force(database, album_id, allowed).values(), key=lambda item: -item[0])[:k]
        assert [as_known(neighbour) for neighbour in answer.neighbours] == [known for _, known in expected]
        np.testing.assert_allclose([n.similarity for n in answer.neighbours], [v for v, _ in expected], atol=2e-3)
    with pytest.raises(NotFoundError):
        search.by_album(AlbumId(gone), SimilarRequest())


@pytest.mark.parametrize(("seed", "rounds"), [(1, 1), *(pytest.param(n, 3, marks=pytest.mark.slow) for n in (2, 3))])
def test_every_answer_equals_brute_force_while_another_process_changes_the_catalogue(
    database: Database, tmp_path: Path, seed: int, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that they are full every few answers.
    monkeypatch.setattr(memory, "MOST_OWNERS", 30)
    monkeypatch.setattr(memory, "MOST_ASKED", 3)
    monkeypatch.setattr(memory, "MOST_ALLOWED", 40)
    random = np.random.default_rng(seed)
    with another_process(database, tmp_path, seed) as orders:
        for step in ("add", "add", "add", "add", "mark", "price", "declare", "extend"):
            done(orders, step)
        world = World(database, tmp_path, seed)
        for step in random.permutation(np.repeat(STEPS, rounds)):
            done(orders, str(step))
            for search, live_index in zip(world.workers, world.live_indexes, strict=True):
                check(database, search, random)
                live_index.settle()


class Statements:
    """Counts the statements that a database is sent, those that begin a transaction included."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        watch_statements(database, self._counted)

    def _counted(self, *_: Any) -> None:
        self.count += 1

    def of(self, ask: Any) -> int:
        self.count = 0
        ask()
        return self.count


def test_filters_with_names_that_nobody_has_are_not_kept_without_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST_FILTERS", 5)
    world = World(database, tmp_path, seed=3)
    world.offer(list(range(20)))
    world.embed()
    world.extend()
    search = world.workers[0]
    snapshot = search.snapshot()
    most = 0
    for number in range(12):
        wanted = CatalogueFilter(artist=f"nobody {number}")
        assert not len(snapshot.memory.allowed(snapshot.version.record.bundle, wanted))
        most = max(most, len(snapshot.memory._allowed))
    assert most == 5


def test_an_answer_of_a_quiet_catalogue_takes_one_statement_or_two(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path, seed=3)
    world.offer(list(range(80)))
    world.embed()
    world.extend()
    search = world.workers[0]
    first, *others = range(1, 30)
    search.by_album(AlbumId(first), SimilarRequest())
    statements = Statements(database)
    for album_id in others:
        assert statements.of(lambda album_id=album_id: search.by_album(AlbumId(album_id), SimilarRequest())) <= 2
        assert statements.of(lambda album_id=album_id: search.by_album(AlbumId(album_id), SimilarRequest())) == 1
    images = [write_cover(tmp_path / f"{seed}.png", seed).read_bytes() for seed in range(5)]
    search.by_image(images[0], SimilarRequest())  # looks which model of genres was fitted last
    for data in images[1:]:
        assert statements.of(lambda data=data: search.by_image(data, SimilarRequest())) == 1


def test_what_answers_show_is_read_ahead_while_the_catalogue_stays_as_it_is(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path, seed=3)
    world.offer(list(range(80)))
    world.embed()
    world.extend()
    search, live_index = world.workers[0], world.live_indexes[0]
    live_index.read_ahead()  # nobody has asked anything yet
    first = search.by_album(AlbumId(1), SimilarRequest()).neighbours[0]
    live_index.read_ahead()
    snapshot, statements = search.snapshot(), Statements(database)
    assert statements.of(lambda: snapshot.memory.owners(snapshot.version.index.ids.tolist())) == 0
    assert statements.of(live_index.read_ahead) == 0
    with database.writing() as session:
        session.get_one(Album, first.album_id).title = "Renamed"
    live_index.read_ahead()
    assert search.by_album(AlbumId(1), SimilarRequest()).neighbours[0].title == "Renamed"


def test_every_change_of_what_answers_show_moves_the_state_and_nothing_else_does(database: Database) -> None:
    """Also one by hand; and a change that is rolled back has not happened."""
    columns = "id, album_id, side, file, path, content_hash, extra, added_at"
    rows = {
        "albums": ("id", "1"),
        "covers": (columns, "1, 1, 'front', 'a', '/a', 'x', '{}', '2026-01-01'"),
        "genres": ("id, name", "1, 'jazz'"),
        "album_genres": ("album_id, genre_id, source", "1, 1, 'folder'"),
        "bundles": ("id, fingerprint, name, dimension, manifest, registered_at", "1, 'f', 'b', 8, '{}', '2026-01-01'"),
        "vectors": ("id, cover_id, bundle_id, embedding", "1, 1, 1, ''"),
        "index_versions": (
            "id, bundle_id, folder, kind, count, recall, live, created_at",
            "1, 1, 'v', 'exact', 1, 1, false, '2026-01-01'",
        ),
        "album_lists": ("album_id, name", "1, 'owned'"),
        "own_columns": ("id, name, kind", "1, 'price', 'number'"),
        "column_values": ("cover_id, column_id, position, said, number", "1, 1, 0, '9', 9"),
        "genre_models": ("id, bundle_id, head, calibration, metrics, fitted_at", "1, 1, '', '', '{}', '2026-01-01'"),
    }
    not_shown = {
        "statements": ("path, source, cover_id", "'/a', 'folder', 1"),
        "regrouped": ("album_id, deed, cover_id, held, kept_names", "1, 'merge', 1, false, false"),
        "removed_files": ("path, content_hash", "'/a', 'x'"),
        "texts": ("cover_id, reader, lines, read_at", "1, 'r', '[]', '2026-01-01'"),
        "files": ("path, outcome, seen_at", "'/a', 'added', '2026-01-01'"),
        "entries": ("id, album_id, path, place, position", "1, 1, '/l:1', '/l', 1"),
        "leases": ("cover_id, task, content_hash, holder, until_s", "1, 'read', 'x', 'h', 9"),
        "other_files": ("place, kind, files", "'/', 'music', 1"),
    }
    assert {*rows, *not_shown, "cover_links", "changes"} == set(Base.metadata.tables), "is the new table shown?"

    def state() -> int:
        with database.asking() as connection:
            return answering.state(connection)

    def moved(statement: str) -> bool:
        before = state()
        with database.writing() as session:
            session.execute(text(statement))
        return state() > before

    for table, (names, values) in rows.items():
        assert moved(f"INSERT INTO {table} ({names}) VALUES ({values})"), table
    with database.writing() as session:
        session.execute(
            text(f"INSERT INTO covers ({columns}) VALUES (2, 1, 'front', 'b', '/b', 'y', '{{}}', '2026-01-01')")
        )
    assert moved("INSERT INTO cover_links (first_id, second_id) VALUES (1, 2)")
    for table, (names, values) in not_shown.items():
        assert not moved(f"INSERT INTO {table} ({names}) VALUES ({values})"), table
    for table in (*rows, "cover_links"):
        column = next(iter(Base.metadata.tables[table].columns)).name
        assert moved(f"UPDATE {table} SET {column} = {column}"), table
    for table in ("cover_links", *reversed(rows)):
        assert moved(f"DELETE FROM {table}"), table
    before = state()
    with pytest.raises(IntegrityError):
        moved("INSERT INTO albums (id) VALUES (8), (8)")
    assert state() == before
