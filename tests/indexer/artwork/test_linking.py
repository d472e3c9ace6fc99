"""Links in the database of both engines: found when covers join, kept while they are true, never lost to a kill."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import delete, select, text, update

from db import albums, answering, bundles, cover_links, texts
from db.database import Database
from db.records import BundleRecord, NewText, TextLine
from db.tables import Cover, RemovedFile
from indexer.artwork import Linked, agreement, is_same_artwork, linking, sketch
from indexer.artwork.comparing import Comparison
from indexer.artwork.series import have_different_titles
from indexer.artwork.verdict import is_same_under_other_titles
from indexer.models.embedding import embed_pending
from indexer.sources import open_source
from indexer.sources.adding import add_source
from indexer.vector_index.versions import IndexVersions
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint
from tests.factories import FakeBackbone
from tests.indexer.artwork.artworks import artwork, cropped, faded, stickered


class Catalogue:
    """A folder of covers, added and indexed as `sleeve add` and `sleeve index` do."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.backbone = FakeBackbone()
        self.versions = IndexVersions(database, folder / "home" / "versions")
        self.bundle = self.register(self.backbone)
        (folder / "covers").mkdir()

    def register(self, backbone: FakeBackbone) -> BundleRecord:
        with self.database.writing() as session:
            return bundles.register(session, backbone.fingerprint, name="fake", dimension=48, manifest={})

    def put(self, name: str, picture: Image.Image) -> None:
        picture.save(self.folder / "covers" / f"{name}.png")

    def index(self) -> None:
        add_source(self.database, open_source(self.folder / "covers"), threads=2)
        embed_pending(self.database, self.backbone, self.bundle, threads=2)
        self.versions.refresh(self.bundle)

    def link(self) -> Linked:
        live = self.versions.live()
        assert live is not None
        return linking.link_pending(self.database, self.versions, live, threads=2)

    def links(self) -> set[tuple[str, str]]:
        with self.database.reading() as session:
            names = {cover.id: Path(cover.path).stem for cover in session.scalars(select(Cover))}
            pairs = cover_links.pairs(session)
        assert all(first < second for first, second in pairs)
        return {(min(pair), max(pair)) for pair in ((names[first], names[second]) for first, second in pairs)}

    def album(self, name: str) -> AlbumId:
        with self.database.reading() as session:
            return AlbumId(session.scalars(select(Cover.album_id).where(Cover.path.endswith(f"/{name}.png"))).one())

    def linked_to(self, name: str) -> set[AlbumId]:
        with self.database.asking() as connection:
            found = answering.asked_album(connection, self.bundle, self.album(name))[1]
            assert found is not None
            return set(found.linked)


@pytest.fixture
def catalogue(database: Database, tmp_path: Path) -> Catalogue:
    made = Catalogue(database, tmp_path)
    for seed in range(6):
        made.put(f"{seed}", artwork(seed))
    made.put("1 cropped", cropped(artwork(1)))
    made.index()
    return made


def test_what_joins_is_linked_to_what_is_there_and_nothing_is_lost(catalogue: Catalogue) -> None:
    assert catalogue.link() == Linked(7, 1)
    assert catalogue.links() == {("1", "1 cropped")}
    catalogue.put("1 stickered", stickered(artwork(1)))
    catalogue.put("4 faded", faded(artwork(4)))
    catalogue.put("another", artwork(50))
    catalogue.index()
    assert catalogue.link() == Linked(3, 3)
    assert catalogue.links() == {
        ("1", "1 cropped"),
        ("1", "1 stickered"),
        ("1 cropped", "1 stickered"),
        ("4", "4 faded"),
    }
    assert catalogue.link() == Linked()
    assert catalogue.linked_to("1") == {catalogue.album("1 cropped"), catalogue.album("1 stickered")}
    assert catalogue.linked_to("4 faded") == {catalogue.album("4")}
    assert catalogue.linked_to("another") == set()
    with catalogue.database.reading() as session:
        assert albums.counts(session).albums == 10


def test_vectors_newer_than_the_index_are_neighbours_too(catalogue: Catalogue) -> None:
    catalogue.link()
    catalogue.put("2 cropped", cropped(artwork(2)))
    catalogue.put("2 stickered", stickered(artwork(2)))
    add_source(catalogue.database, open_source(catalogue.folder / "covers"), threads=2)
    embed_pending(catalogue.database, catalogue.backbone, catalogue.bundle, threads=2)
    assert catalogue.link() == Linked(2, 3)


def test_a_kill_at_any_moment_leaves_nothing_unlinked(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between embedding and linking, between two batches, and inside the transaction of a batch."""
    monkeypatch.setattr(linking, "COMPARE_COVERS", 2)
    compared = 0
    record = cover_links.record

    def killed_at(commit: int) -> Callable[..., list[tuple[CoverId, CoverId]]]:
        def run(*arguments: object) -> list[tuple[CoverId, CoverId]]:
            nonlocal compared
            compared += 1
            new = record(*arguments)  # type: ignore[arg-type]
            if compared == commit:
                raise KeyboardInterrupt
            return new

        return run

    for batch in (1, 2):
        with monkeypatch.context() as patched:
            patched.setattr(cover_links, "record", killed_at(compared + batch))
            with pytest.raises(KeyboardInterrupt):
                catalogue.link()
    with catalogue.database.reading() as session:
        assert cover_links.count_pending(session, catalogue.bundle) == 5, "one batch was committed"
    assert catalogue.link().compared == 5
    assert catalogue.links() == {("1", "1 cropped")}


def test_links_go_with_their_covers(catalogue: Catalogue) -> None:
    catalogue.link()
    with catalogue.database.writing() as session:
        albums.remove(session, [catalogue.album("1")])
        session.execute(delete(RemovedFile))
    assert catalogue.links() == set()
    catalogue.index()
    assert catalogue.link() == Linked(1, 1)
    assert catalogue.links() == {("1", "1 cropped")}


def test_a_cover_that_shows_something_else_is_linked_anew(catalogue: Catalogue) -> None:
    catalogue.link()
    catalogue.put("1", artwork(60))
    catalogue.put("0", cropped(artwork(3)))
    add_source(catalogue.database, open_source(catalogue.folder / "covers"), threads=2)
    assert catalogue.links() == set()
    catalogue.index()
    assert catalogue.link() == Linked(2, 1)
    assert catalogue.links() == {("0", "3")}


def test_a_front_that_becomes_a_back_has_no_links(catalogue: Catalogue) -> None:
    catalogue.link()

    def say(side: str) -> None:
        table = catalogue.folder / "covers.csv"
        table.write_text(f"file,side\ncovers/1 cropped.png,{side}\n")
        add_source(catalogue.database, open_source(table), threads=1)

    say("back")
    assert catalogue.links() == set()
    assert catalogue.link() == Linked(), "backs are not compared"
    say("front")
    assert catalogue.link() == Linked(1, 1)
    assert catalogue.links() == {("1", "1 cropped")}


def test_a_file_that_is_gone_waits_and_fails_nothing(catalogue: Catalogue) -> None:
    away = catalogue.folder / "away.png"
    (catalogue.folder / "covers/1 cropped.png").rename(away)
    (catalogue.folder / "covers/5.png").unlink()
    catalogue.put("2 cropped", cropped(artwork(2)))
    catalogue.index()
    assert catalogue.link().links == 1
    assert catalogue.links() == {("2", "2 cropped")}
    away.rename(catalogue.folder / "covers/1 cropped.png")
    assert catalogue.link() == Linked(1, 1)
    assert catalogue.links() == {("1", "1 cropped"), ("2", "2 cropped")}


def test_another_bundle_compares_nothing_again(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.link()
    catalogue.backbone.fingerprint = Fingerprint("e" * 64)
    catalogue.bundle = catalogue.register(catalogue.backbone)
    catalogue.index()
    with monkeypatch.context() as patched:
        patched.setattr(Comparison, "matches", None)
        assert catalogue.link() == Linked()
    assert catalogue.links() == {("1", "1 cropped")}
    catalogue.put("3 cropped", cropped(artwork(3)))
    catalogue.index()
    assert catalogue.link() == Linked(1, 1)


def test_what_changed_while_it_was_compared_is_left_out(catalogue: Catalogue) -> None:
    with catalogue.database.reading() as session:
        page = cover_links.pending(session, catalogue.bundle, after=CoverId(0), limit=10)
    first, second, third = page.covers[:3]
    with catalogue.database.writing() as session:
        stale = replace(second, content_hash=ContentHash("0" * 64))
        assert cover_links.record(session, [first, stale], [(first, stale), (third, first)]) == [
            (first.cover_id, third.cover_id)
        ]
        assert cover_links.record(session, [first], [(first, third)]) == [], "known by now"
    with catalogue.database.reading() as session:
        waiting = cover_links.pending(session, catalogue.bundle, after=CoverId(0), limit=10)
    assert waiting.covers == page.covers[1:]


def test_a_removed_album_between_the_stages_fails_nothing(catalogue: Catalogue) -> None:
    with catalogue.database.writing() as session:
        albums.remove(session, [catalogue.album("1"), catalogue.album("2")])
    assert catalogue.link() == Linked(5, 0)


def test_links_stand_in_one_order_only(catalogue: Catalogue) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), catalogue.database.writing() as session:
        session.execute(text("INSERT INTO cover_links (first_id, second_id) VALUES (2, 1)"))


def test_every_front_is_compared_once_however_many_pages(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.link()
    with catalogue.database.writing() as session:
        session.execute(update(Cover).values(compared=False))
        session.execute(text("DELETE FROM cover_links"))
    monkeypatch.setattr(linking, "COMPARE_COVERS", 3)
    assert catalogue.link() == Linked(7, 1)


@pytest.mark.parametrize("read_first", [True, False])
def test_numbers_in_the_text_part_covers_of_one_series(database: Database, tmp_path: Path, read_first: bool) -> None:
    catalogue = Catalogue(database, tmp_path)
    said = {"one": ["Blues, Vol. 1"], "copy": ["BLUES VOL. I", "Bonus 7"], "two": ["Blues Vol. 2"], "silent": []}
    for number, name in enumerate(said):
        catalogue.put(name, faded(artwork(3)) if number % 2 else artwork(3))
        file = tmp_path / f"covers/{name}.png"
        file.write_bytes(file.read_bytes() + bytes([number]))

    def read() -> None:
        with database.writing() as session:
            covers = session.scalars(select(Cover)).all()
            texts.store(
                session,
                Fingerprint("r" * 64),
                [
                    NewText(
                        CoverId(cover.id),
                        ContentHash(cover.content_hash),
                        tuple(TextLine(line, (), 0.95) for line in said[Path(cover.path).stem]),
                    )
                    for cover in covers
                ],
            )

    catalogue.index()
    if read_first:
        read()
    catalogue.link()
    if not read_first:
        assert ("one", "two") in catalogue.links()
        read()
        linking.part_series(database)
    everything = {(first, second) for first in said for second in said if first < second}
    assert catalogue.links() == everything - {("one", "two"), ("copy", "two")}


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Chrome Sunset", "Infrared Sunset", True),
        ("First Distance", "Still Distance", True),
        ("Chrome Sunset", "Chrome Sunset (Remastered)", False),
        ("Chrome Sunset [Import]", "Chrome Sunset, Club Edition", False),
        ("Abbey Road", "Abbey Rd.", False),
        ("Ágætis byrjun", "AGAETIS BYRJUN", False),
        ("(untitled)", "Chrome Sunset", False),
        (None, "Chrome Sunset", False),
        (None, None, False),
    ],
)
def test_titles_differ_unless_one_may_be_the_other(one: str | None, other: str | None, differ: bool) -> None:
    assert have_different_titles(one, other) is differ
    assert have_different_titles(other, one) is differ


def test_under_different_titles_a_common_layout_is_not_enough(database: Database, tmp_path: Path) -> None:
    """Of one artwork, a part of it is drawn anew: linked under one title, or if no title is known. An equal picture is
    linked whatever the titles."""
    catalogue = Catalogue(database, tmp_path)
    titles = {
        "one": "Chrome Sunset",
        "again": "Chrome Sunset (Reissue)",
        "two": "Turbo Skyline",
        "equal": "Ocean Drive",
    }
    layout = artwork(3)
    anew = layout.copy()
    anew.paste(artwork(8).crop((0, 0, 120, 200)), (0, 0))
    alike = agreement(sketch(layout), sketch(anew))
    assert is_same_artwork(alike)
    assert not is_same_under_other_titles(alike)
    for name, picture in {"one": layout, "again": anew, "two": anew, "equal": layout, "nameless": anew}.items():
        catalogue.put(name, picture)
        file = tmp_path / f"covers/{name}.png"
        file.write_bytes(file.read_bytes() + name.encode())
    table = ["file,album", *(f'covers/{name}.png,"{titles.get(name, "")}"' for name in (*titles, "nameless"))]
    (tmp_path / "table.csv").write_text("\n".join(table))
    add_source(database, open_source(tmp_path / "table.csv"), threads=1)
    embed_pending(database, catalogue.backbone, catalogue.bundle, threads=1)
    catalogue.versions.refresh(catalogue.bundle)
    catalogue.link()
    everything = {
        (first, second) for first in (*titles, "nameless") for second in (*titles, "nameless") if first < second
    }
    assert catalogue.links() == everything - {("one", "two"), ("equal", "two"), ("again", "equal")}
