"""Whatever people do to their files and tables, in any order: nothing is lost or merged against a difference.

A small model of a disk and a table is changed at random and added; the catalogue must be what the model says. The
number of sequences is ``SLEEVE_SEQUENCES``.
"""

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import albums, labels
from db.database import Database
from db.identity import same_album
from db.records import CoverFile, InspectedFile, fold
from db.registration import register
from db.statements import claims
from db.tables import Album, Base, Cover, File, Statement
from indexer.sources.file_names import sides_of
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource, Side

SEQUENCES = int(os.environ.get("SLEEVE_SEQUENCES", "8"))
GENRES = ("rock", "jazz", "pop")
ARTISTS, TITLES = ("Ann", "ANN", "Bob", "[unknown]", None), ("One", "Two", "Untitled", None)
YEARS = (1971, 1999, None)
PLACEHOLDER = 0


@dataclass
class World:
    """Files by their paths, with the number of the picture in each, and a table about some of them."""

    database: Database
    disk: dict[str, int] = field(default_factory=dict)
    table: dict[str, dict[str, object]] = field(default_factory=dict)
    pictures: int = PLACEHOLDER
    cover_of: dict[int, int] = field(default_factory=dict)
    by_hand: dict[int, str] = field(default_factory=dict)

    def nth(self, number: int) -> str | None:
        paths = sorted(self.disk)
        return paths[number % len(paths)] if paths else None

    # What people do.

    def draw(self, a: int, b: int) -> None:
        self.pictures += 1
        self._put(f"/c/{GENRES[a % 3]}/{b % 12:02d}.png", self.pictures)

    def draw_pair(self, a: int, b: int) -> None:
        for end in ("", " back"):
            self.pictures += 1
            self._put(f"/c/{GENRES[a % 3]}/p{b % 4}{end}.png", self.pictures)

    def put_placeholder(self, a: int, b: int) -> None:
        self._put(f"/c/{GENRES[a % 3]}/n{b % 6}.png", PLACEHOLDER)

    def copy(self, a: int, b: int) -> None:
        path = self.nth(a)
        if path:
            self._put(f"/c/{GENRES[b % 3]}/{PurePosixPath(path).name}", self.disk[path])

    def rename(self, a: int, b: int) -> None:
        path = self.nth(a)
        if path:
            self._put(f"/c/{GENRES[b % 3]}/{b % 12:02d}.png", self.disk.pop(path))

    def move_all(self, a: int, b: int) -> None:
        old, new = (f"/c/{GENRES[n % 3]}/" for n in (a, b))
        if not any(path.startswith(new) for path in self.disk):
            self._remap(lambda path: path.replace(old, new, 1))

    def renumber(self, a: int, b: int) -> None:
        names = [path for path in sorted(self.disk) if PurePosixPath(path).stem.isdigit() and GENRES[a % 3] in path]
        if names:
            moved = dict(zip(names, [*names[1:], names[-1].replace(".png", "0.png")], strict=True))
            self._remap(lambda path: moved.get(path, path))

    def swap(self, a: int, b: int) -> None:
        one, two = self.nth(a), self.nth(b)
        if one and two:
            self.disk[one], self.disk[two] = self.disk[two], self.disk[one]

    def delete(self, a: int, b: int) -> None:
        path = self.nth(a)
        if path:
            del self.disk[path]

    def write_row(self, a: int, b: int) -> None:
        path = self.nth(a)
        if path:
            row = {"artist": ARTISTS[b % 5], "title": TITLES[b // 5 % 4], "year": YEARS[b // 20 % 3]}
            self.table[path] = {**row, "genres": (GENRES[b % 3],) if b % 2 else ()}

    def correct_row(self, a: int, b: int) -> None:
        paths = sorted(self.table)
        if paths:
            row = self.table[paths[a % len(paths)]]
            name, values = (("artist", ARTISTS), ("title", TITLES), ("year", YEARS))[b % 3]
            row[name] = values[b // 3 % len(values)] or row[name]

    def relabel(self, a: int, b: int) -> None:
        cover = self._any_cover(a)
        if cover:
            with self.database.writing() as session:
                labels.set_genres_by_hand(session, AlbumId(cover[1]), [f"hand {b}"])
            self.by_hand[cover[0]] = f"hand {b}"

    def add_folder(self, a: int, b: int) -> None:
        stems: dict[str, list[str]] = defaultdict(list)
        for path in self.disk:
            stems[str(PurePosixPath(path).parent)].append(PurePosixPath(path).stem)
        sided = {folder: sides_of(names) for folder, names in stems.items()}
        offered = []
        for path in sorted(self.disk):
            folder, stem = str(PurePosixPath(path).parent), PurePosixPath(path).stem
            side, album = sided[folder].get(stem, (Side.FRONT, None))
            offered.append(
                self._offer(
                    path,
                    LabelSource.FOLDER,
                    genres=(PurePosixPath(folder).name,),
                    side=side,
                    group=None if album is None else f"{folder}/{album}",
                )
            )
        self._add(offered)

    def add_table(self, a: int, b: int) -> None:
        rows = [(path, row) for path, row in sorted(self.table.items()) if path in self.disk]
        self._add([self._offer(path, LabelSource.MANIFEST, **row) for path, row in rows])

    def add_export(self, a: int, b: int) -> None:
        with self.database.reading() as session:
            rows = list(albums.rows(session))
        offered = [
            self._offer(
                str(row.cover.path),
                LabelSource.MANIFEST,
                artist=row.artist,
                title=row.title,
                year=row.year,
                genres=row.genres,
                side=row.cover.side,
                exported=row.album or "",
            )
            for row in rows
            if str(row.cover.path) in self.disk
        ]
        now = {str(item.cover_file.path): item.content_hash for item in offered}
        unchanged = [row for row in rows if now.get(str(row.cover.path)) == row.cover.content_hash]
        before = self.whole()
        self._add([item for item in offered if item.cover_file.path in {row.cover.path for row in unchanged}])
        assert self.whole() == before, "an export added to its own catalogue changes nothing"

    # How it must be.

    def check(self, offered: list[InspectedFile]) -> None:
        with self.database.reading() as session:
            files = {file.path: file for file in session.scalars(select(File))}
            for item in offered:
                path, said = str(item.cover_file.path), item.cover_file
                cover = files[path].cover
                assert cover is not None, f"{path} has no cover"
                assert cover.content_hash == item.content_hash, f"{path} has another picture"
                if said.exported is None:
                    self._check_statement(session.get(Statement, (path, said.label_source)), said)
            for album in session.scalars(select(Album)):
                assert album.covers, f"album {album.id} is empty"
                assert not album.unsettled
                self._check_album(album)
            self._check_ids(list(session.scalars(select(Cover))))

    def _check_statement(self, statement: Statement | None, said: CoverFile) -> None:
        assert statement is not None, f"what {said.label_source} says of {said.path} is lost"
        for name in ("artist", "title", "year"):
            assert getattr(said, name) in {None, getattr(statement, name)}
        assert not said.genres or statement.genres == [fold(genre) for genre in said.genres]

    def _check_album(self, album: Album) -> None:
        said = [of_path for cover in album.covers for of_path in claims(cover).values()]
        for number, one in enumerate(said):
            for other in said[:number]:
                table = LabelSource.MANIFEST
                if table in one and table in other:
                    for name in ("artist", "title", "year"):
                        mine, its = getattr(one[table], name), getattr(other[table], name)
                        assert None in {mine, its} or mine == its, f"album {album.id} joins {mine} and {its}"
                assert same_album(one, other) is not False
        if any(cover.id in self.by_hand for cover in album.covers):
            assert {label.source for label in album.labels} == {LabelSource.HAND}, "a person's word is lost"

    def _check_ids(self, covers: list[Cover]) -> None:
        if self.table:
            # What a table says of a path is true of whatever picture is there.
            return
        ids = {cover.content_hash: cover.id for cover in covers}
        for picture in set(self.disk.values()) - {PLACEHOLDER}:
            known, now = self.cover_of.get(picture), ids.get(content(picture))
            if now is not None and [*self.disk.values()].count(picture) == 1:
                assert known in {None, now}, f"picture {picture} was cover {known} and is {now}"
                self.cover_of[picture] = now

    def whole(self) -> list[object]:
        with self.database.reading() as session:
            covers = session.scalars(select(Cover).order_by(Cover.id))
            found = [(one.id, one.path, one.album_id, one.side, one.extra) for one in covers]
            ids = sorted(albums.ids(session))
            shown = [albums.album(session, album_id) for album_id in ids]
            statements = session.execute(
                select(Statement.path, Statement.source, Statement.cover_id, Statement.names, Statement.group).order_by(
                    Statement.path, Statement.source
                )
            )
            return [found, [(one.id, one.artist, one.title, one.year, one.genres) for one in shown], statements.all()]

    def _put(self, path: str, picture: int) -> None:
        self.disk[path] = picture

    def _remap(self, change: Callable[[str], str]) -> None:
        self.disk = {change(path): picture for path, picture in self.disk.items()}

    def _any_cover(self, number: int) -> tuple[int, int] | None:
        with self.database.reading() as session:
            found = session.execute(select(Cover.id, Cover.album_id).order_by(Cover.id)).all()
        return tuple(found[number % len(found)]) if found else None  # type: ignore[return-value]

    def _offer(self, path: str, source: LabelSource, **said: object) -> InspectedFile:
        cover_file = CoverFile(path, Path(path), source, **said)  # type: ignore[arg-type]
        return InspectedFile(cover_file, content(self.disk[path]))

    def _holds(self, path: str, content_hash: str) -> bool:
        return path in self.disk and content(self.disk[path]) == content_hash

    def _add(self, offered: list[InspectedFile]) -> None:
        for again in (False, True):
            before = self.whole() if again else None
            with self.database.writing() as session:
                register(session, offered, self._holds)
            self.check(offered)
            assert before in (None, self.whole()), "adding the same again changed something"


def content(picture: int) -> ContentHash:
    return ContentHash(f"{picture:064d}")


DEEDS = [World.draw, World.draw_pair, World.put_placeholder, World.copy, World.rename, World.move_all, World.renumber]
DEEDS += [World.swap, World.delete, World.write_row, World.correct_row, World.relabel]
ADDS = [World.add_folder, World.add_table, World.add_export]
STEP = st.tuples(st.sampled_from([*DEEDS, *DEEDS, *ADDS, *ADDS, *ADDS]), st.integers(0, 11), st.integers(0, 59))


@pytest.fixture
def emptied(database: Database) -> Callable[[], Database]:
    def empty() -> Database:
        with database.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
        return database

    return empty


@given(steps=st.lists(STEP, min_size=5, max_size=30), has_table=st.booleans())
@settings(max_examples=SEQUENCES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_sequence_of_what_people_do(
    emptied: Callable[[], Database], steps: list[tuple[Callable[[World, int, int], None], int, int]], has_table: bool
) -> None:
    world = World(emptied())
    for deed, a, b in [(World.draw_pair, 0, 0), (World.draw, 1, 1), *steps, (World.add_folder, 0, 0)]:
        if has_table or deed not in {World.write_row, World.add_table}:
            deed(world, a, b)
