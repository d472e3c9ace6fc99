"""Whatever people do to their files and tables, in any order: nothing is lost or merged against a difference.

A small model of a disk and a table is changed at random and added; the catalogue must be what the model says. The
number of sequences is ``SLEEVE_SEQUENCES``; without it a few are tried, always the same.
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

from db import albums, cover_links, labels, overruling, regrouping
from db.database import Database
from db.identity import same_album
from db.records import CoverFile, HashedCover, InspectedFile, fold
from db.registration import register
from db.statements import claims, fits
from db.tables import Album, Base, Changes, Cover, File, Statement
from indexer.sources.file_names import sides_of
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, LabelSource, Outcome, Side

SEQUENCES = int(os.environ.get("SLEEVE_SEQUENCES", "0"))
FEW_SEQUENCES = 8
GENRES = ("rock", "jazz", "pop")
ARTISTS, TITLES = ("Ann", "ANN", "Bob", "[unknown]", None), ("One", "Two", "Untitled", None)
YEARS = (1971, 1999, None)
PLACEHOLDER = 0


@dataclass
class World:
    """Files by their paths, with the number of the picture in each, and a table about some of them.

    Attributes:
        gone: pictures that a person removed, and did not copy or put in another's place since.
        put: covers that a person said the album of, by what they were put in last; those of one thing are one album.
        merged: albums that a person made one with others, and the genres that they had by hand.
        apart: pairs of covers with the pictures of which a person said that they are not the same artwork.
    """

    database: Database
    disk: dict[str, int] = field(default_factory=dict)
    table: dict[str, dict[str, object]] = field(default_factory=dict)
    pictures: int = PLACEHOLDER
    cover_of: dict[int, int] = field(default_factory=dict)
    by_hand: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    put: dict[int, object] = field(default_factory=dict)
    merged: dict[int, list[str]] = field(default_factory=dict)
    apart: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

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
        self.gone.discard(PLACEHOLDER)
        self._put(f"/c/{GENRES[a % 3]}/n{b % 6}.png", PLACEHOLDER)

    def copy(self, a: int, b: int) -> None:
        path = self.nth(a)
        if path:
            self.gone.discard(self.disk[path])
            self._put(f"/c/{GENRES[b % 3]}/{PurePosixPath(path).name}", self.disk[path])

    def rename(self, a: int, b: int) -> None:
        path, new = self.nth(a), f"/c/{GENRES[b % 3]}/{b % 12:02d}.png"
        if path:
            if new in self.disk:
                self.gone.discard(self.disk[path])
            self._put(new, self.disk.pop(path))

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

    def name(self, a: int, b: int) -> None:
        cover = self._any_cover(a)
        if cover:
            self._name(cover[1], b)

    def _name(self, album: int, number: int) -> None:
        with self.database.writing() as session:
            labels.rename(session, AlbumId(album), {"title": f"Named {number}"})

    def merge(self, a: int, b: int) -> None:
        one, other = self._any_cover(a), self._any_cover(b)
        if one and other and one[1] != other[1]:
            self._merge(one[1], other[1])

    def _merge(self, one: int, other: int) -> None:
        before = self._albums()
        with self.database.writing() as session:
            of_other = session.get_one(Album, other).labels
            self.merged[other] = sorted(label.genre.name for label in of_other if label.source == LabelSource.HAND)
            regrouping.merge(session, AlbumId(one), [AlbumId(other)])
        found = self._albums()
        assert found[one] == sorted([*before[one], *before[other]]), "the first keeps its id"
        assert other not in found
        self.put |= dict.fromkeys(found[one], object())

    def undo_a_merge(self, a: int, b: int) -> None:
        """Of any time before; whatever was done since."""
        if not self.merged:
            return
        album = sorted(self.merged)[a % len(self.merged)]
        genres, before = self.merged.pop(album), self.whole()
        try:
            with self.database.writing() as session:
                own = regrouping.undo_merge(session, AlbumId(album))
        except NotFoundError:
            assert self.whole() == before
            return
        assert own in self._albums()
        with self.database.reading() as session:
            now = sorted(label.genre.name for label in session.get_one(Album, own).labels)
        assert own != album or not genres or now == genres
        self._look_at_decisions()

    def chain(self, a: int, b: int) -> None:
        """Merge one album with another and that with a third, and take both back: as it was merged, or parted."""
        there = sorted(self._albums())
        if len(there) < 3:
            return
        first, second, third = ([*there, *there][a % len(there) :])[:3]
        kept = (dict(self.put), dict(self.by_hand), dict(self.merged))
        before, covers, shown = self.whole(), self._albums(), [self._shown(first), self._shown(second)]
        self._merge(second, first)
        self._merge(third, second)
        way = b % 4
        if way == 2:
            self._name(third, b)
        if way == 3:
            for album in (first, second):
                with self.database.writing() as session:
                    assert regrouping.split(session, [CoverId(cover) for cover in covers[album]]) == album
            assert [self._shown(first), self._shown(second)] == shown, "what was parted is what it was"
            for album in (first, second):
                with self.database.writing() as session:
                    assert regrouping.undo_split(session, AlbumId(album)) == third
        for album in (first, second) if way == 0 else (second, first):
            with self.database.writing() as session:
                assert regrouping.undo_merge(session, AlbumId(album)) == album
        self.put, self.by_hand, self.merged = kept
        assert [self._shown(first), self._shown(second)] == shown
        assert way == 2 or self.whole() == before, "what was merged twice and taken back is as before"

    def split(self, a: int, b: int) -> None:
        several = [(album, covers) for album, covers in sorted(self._albums().items()) if len(covers) > 1]
        if several:
            album, covers = several[a % len(several)]
            parted = {covers[b % len(covers)]}
            with self.database.writing() as session:
                own = regrouping.split(session, [CoverId(cover) for cover in parted])
            found = self._albums()
            assert set(found[own]) == parted
            assert {*found[album], *parted} == set(covers)
            self.put |= dict.fromkeys(found[own], object()) | dict.fromkeys(found[album], object())
            self._look_at_decisions()

    def unlink(self, a: int, b: int) -> None:
        one, other = self._any_cover(a), self._any_cover(b)
        if one and other and one[0] != other[0]:
            pair = (min(one[0], other[0]), max(one[0], other[0]))
            with self.database.writing() as session:
                overruling.decide_artwork(session, [CoverId(cover) for cover in pair], same=False)
                self.apart[pair] = tuple(session.get_one(Cover, cover).content_hash for cover in pair)  # type: ignore[assignment]

    def compare(self, a: int, b: int) -> None:
        """Take all fronts for one artwork, as an unlucky comparison would."""
        with self.database.writing() as session:
            fronts = [
                HashedCover(CoverId(cover.id), cover.file, cover.path, ContentHash(cover.content_hash))
                for cover in session.scalars(select(Cover).where(Cover.side == Side.FRONT).order_by(Cover.id))
            ]
            cover_links.record(
                session, fronts, [(one, other) for one in fronts for other in fronts if one is not other]
            )

    def remove(self, a: int, b: int) -> None:
        cover = self._any_cover(a)
        if cover:
            with self.database.writing() as session:
                picture = session.get_one(Cover, cover[0]).content_hash
                overruling.remove_covers(session, [CoverId(cover[0])])
                left = session.scalar(select(Cover.id).where(Cover.content_hash == picture))
            self.cover_of.pop(int(picture), None)
            if left is None and [*self.disk.values()].count(int(picture)) == 1:
                self.gone.add(int(picture))

    def add_again(self, a: int, b: int) -> None:
        """What was removed too."""
        self.gone.clear()
        self.add_folder(a, b, again=True)

    def add_folder(self, a: int, b: int, *, again: bool = False) -> None:
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
        self._add(offered, again=again)

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

    def check(self, offered: list[InspectedFile], *, again: bool) -> None:
        with self.database.reading() as session:
            files = {file.path: file for file in session.scalars(select(File))}
            for item in offered:
                path, said = str(item.cover_file.path), item.cover_file
                cover = files[path].cover
                if self.disk[path] in self.gone:
                    assert cover is None, f"{path} was removed"
                if cover is None and not again:
                    assert files[path].outcome == Outcome.REMOVED
                    continue
                assert cover is not None, f"{path} has no cover"
                assert cover.content_hash == item.content_hash, f"{path} has another picture"
                if said.exported is None:
                    self._check_statement(session.get(Statement, (path, said.label_source)), said)
            for album in session.scalars(select(Album)):
                assert album.covers, f"album {album.id} is empty"
                assert not album.unsettled
                self._check_album(album)
            covers = list(session.scalars(select(Cover)))
            self._check_ids(covers)
            self._check_decisions(covers)
            linked = set(cover_links.pairs(session))
        pictures = {cover.id: cover.content_hash for cover in covers}
        for pair, shown in self.apart.items():
            if tuple(map(pictures.get, pair)) == shown:
                assert pair not in linked, "what a person told apart is one artwork again"
            else:
                self.apart = {known: of for known, of in self.apart.items() if known != pair}

    def _check_decisions(self, covers: list[Cover]) -> None:
        """Covers that a person put together or apart stay so."""
        there = [cover for cover in covers if cover.id in self.put]
        for number, one in enumerate(there):
            for other in there[:number]:
                together = self.put[one.id] is self.put[other.id]
                assert (one.album_id == other.album_id) is together, f"a person's word on {one.id}, {other.id} is lost"

    def _check_statement(self, statement: Statement | None, said: CoverFile) -> None:
        assert statement is not None, f"what {said.label_source} says of {said.path} is lost"
        for name in ("artist", "title", "year"):
            assert getattr(said, name) in {None, getattr(statement, name)}
        assert not said.genres or statement.genres == [fold(genre) for genre in said.genres]

    def _check_album(self, album: Album) -> None:
        free = [(cover, of_path) for cover in album.covers if not cover.held for of_path in claims(cover).values()]
        for number, (cover, one) in enumerate(free):
            for _, other in free[:number]:
                table = LabelSource.MANIFEST
                if table in one and table in other:
                    for name in ("artist", "title", "year"):
                        mine, its = getattr(one[table], name), getattr(other[table], name)
                        assert None in {mine, its} or mine == its, f"album {album.id} joins {mine} and {its}"
                assert same_album(one, other) is not False
            # It may differ from some of those that a person put together, not from all.
            assert fits(one, [other for other in album.covers if other is not cover]) is not False
        if any(cover.id in self.by_hand for cover in album.covers):
            assert {label.source for label in album.labels} == {LabelSource.HAND}, "a person's word is lost"

    def _check_ids(self, covers: list[Cover]) -> None:
        if self.table:
            # What a table says of a path is true of whatever picture is there.
            return
        ids: dict[str, list[int]] = defaultdict(list)
        for cover in covers:
            ids[cover.content_hash].append(cover.id)
        for picture in set(self.disk.values()) - {PLACEHOLDER}:
            known, now = self.cover_of.get(picture), ids[content(picture)]
            if len(now) > 1:
                # Of copies with covers of their own, any may be the one that is left.
                self.cover_of.pop(picture, None)
            elif now and [*self.disk.values()].count(picture) == 1:
                assert known in {None, now[0]}, f"picture {picture} was cover {known} and is {now[0]}"
                self.cover_of[picture] = now[0]

    def whole(self) -> list[object]:
        with self.database.reading() as session:
            covers = session.scalars(select(Cover).order_by(Cover.id))
            found = [(one.id, one.path, one.album_id, one.side, one.held, one.extra) for one in covers]
            shown = [one for _, one in sorted(albums.of_ids(session, sorted(albums.with_cover(session))).items())]
            statements = session.execute(
                select(Statement.path, Statement.source, Statement.cover_id, Statement.names, Statement.group).order_by(
                    Statement.path, Statement.source
                )
            )
            return [found, [(one.id, one.artist, one.title, one.year, one.genres) for one in shown], statements.all()]

    def _put(self, path: str, picture: int) -> None:
        self.disk[path] = picture

    def _look_at_decisions(self) -> None:
        """What covers had before a merge, they have again; which of them a person spoke of is looked up."""
        with self.database.reading() as session:
            there = list(session.scalars(select(Cover).order_by(Cover.id)))
            spoken = {
                one.id for one in there for said in one.statements if said.source == LabelSource.HAND and said.genres
            }
            held = {cover.id: cover.album_id for cover in there if cover.held}
        self.by_hand = {cover: genre for cover, genre in self.by_hand.items() if cover in spoken}
        things = {album: object() for album in held.values()}
        self.put = {cover: things[held[cover]] for cover in self.put if cover in held}

    def _shown(self, album: int) -> object:
        with self.database.reading() as session:
            one = albums.album(session, AlbumId(album))
            return one.artist, one.title, one.year, one.genres, [cover.id for cover in one.covers]

    def _remap(self, change: Callable[[str], str]) -> None:
        self.disk = {change(path): picture for path, picture in self.disk.items()}

    def _albums(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        with self.database.reading() as session:
            for cover_id, album_id in session.execute(select(Cover.id, Cover.album_id).order_by(Cover.id)):
                found[album_id].append(cover_id)
        return found

    def _any_cover(self, number: int) -> tuple[int, int] | None:
        with self.database.reading() as session:
            found = session.execute(select(Cover.id, Cover.album_id).order_by(Cover.id)).all()
        return tuple(found[number % len(found)]) if found else None  # type: ignore[return-value]

    def _offer(self, path: str, source: LabelSource, **said: object) -> InspectedFile:
        cover_file = CoverFile(path, Path(path), source, **said)  # type: ignore[arg-type]
        return InspectedFile(cover_file, content(self.disk[path]))

    def _holds(self, path: str, content_hash: str) -> bool:
        return path in self.disk and content(self.disk[path]) == content_hash

    def _add(self, offered: list[InspectedFile], *, again: bool = False) -> None:
        for is_second in (False, True):
            before = self.whole() if is_second else None
            with self.database.writing() as session:
                register(session, offered, self._holds, again=again)
            self.check(offered, again=again)
            assert before in (None, self.whole()), "adding the same again changed something"


def content(picture: int) -> ContentHash:
    return ContentHash(f"{picture:064d}")


DEEDS = [World.draw, World.draw_pair, World.put_placeholder, World.copy, World.rename, World.move_all, World.renumber]
DEEDS += [World.swap, World.delete, World.write_row, World.correct_row, World.relabel]
DEEDS += [
    World.merge,
    World.undo_a_merge,
    World.chain,
    World.name,
    World.split,
    World.unlink,
    World.compare,
    World.remove,
]
ADDS = [World.add_folder, World.add_again, World.add_table, World.add_export]
STEP = st.tuples(st.sampled_from([*DEEDS, *DEEDS, *ADDS, *ADDS, *ADDS]), st.integers(0, 11), st.integers(0, 59))


@pytest.fixture
def emptied(database: Database) -> Callable[[], Database]:
    def empty() -> Database:
        with database.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table is not Changes.__table__:
                    session.execute(table.delete())
        return database

    return empty


@given(steps=st.lists(STEP, min_size=5, max_size=30), has_table=st.booleans())
@settings(
    max_examples=SEQUENCES or FEW_SEQUENCES,
    derandomize=not SEQUENCES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sequence_of_what_people_do(
    emptied: Callable[[], Database], steps: list[tuple[Callable[[World, int, int], None], int, int]], has_table: bool
) -> None:
    world = World(emptied())
    for deed, a, b in [(World.draw_pair, 0, 0), (World.draw, 1, 1), *steps, (World.add_folder, 0, 0)]:
        if has_table or deed not in {World.write_row, World.add_table}:
            deed(world, a, b)
