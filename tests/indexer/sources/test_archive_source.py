"""Archives as sources: the same catalogue as the folders they were made of."""

import csv
from collections import defaultdict
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from db import albums
from db.database import Database
from db.records import CoverFile, RejectedFile
from db.tables import Album, Cover
from indexer.models.embedding import embed_pending
from indexer.sources import GenreFrom, open_source
from indexer.sources.adding import add_source
from service.http.thumbnails import PictureFormat, Thumbnails
from sleeve.vocabulary import CoverId, Outcome, Rejection, Side
from tests.factories import FakeBackbone, write_cover, write_covers
from tests.indexer.images.zips import cover_bytes, raw_entry, raw_zip, write_zip

REAL_COVERS = Path(__file__).parents[4] / "shared" / "covers"


def genres(path: Path, genre_from: GenreFrom | None = None) -> dict[str, tuple[str, ...]]:
    found = [item for item in open_source(path, genre_from) if isinstance(item, CoverFile)]
    return {str(item.path.relative_to(path)): item.genres for item in found}


def test_the_archives_name_is_the_genre(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "black metal.zip", {"images/b.png": b"", "images/a.png": b"", "c.png": b""})
    assert genres(path) == {
        "c.png": ("black metal",),
        "images/a.png": ("black metal",),
        "images/b.png": ("black metal",),
    }
    assert list(genres(path)) == ["c.png", "images/a.png", "images/b.png"]
    assert set(genres(path, GenreFrom.NONE).values()) == {()}


def test_several_folders_in_an_archive_are_the_genres(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "covers.zip", {"jazz/x/a.png": b"", "rock/b.png": b"", "c.png": b""})
    assert genres(path) == {"c.png": (), "jazz/x/a.png": ("jazz",), "rock/b.png": ("rock",)}


def test_a_folder_of_archives_is_a_genre_an_archive_and_a_genre_folder_stays_one(tmp_path: Path) -> None:
    write_zip(tmp_path / "zips/jazz.zip", {"a.png": b""})
    write_zip(tmp_path / "zips/Black Metal.ZIP", {"x/b.png": b""})
    assert genres(tmp_path / "zips") == {"Black Metal.ZIP/x/b.png": ("Black Metal",), "jazz.zip/a.png": ("jazz",)}
    write_zip(tmp_path / "covers/rock/more.zip", {"c.png": b""})
    assert genres(tmp_path / "covers") == {"rock/more.zip/c.png": ("rock",)}


@pytest.mark.parametrize(
    ("name", "members", "expected"),
    [
        ("covers", ["covers/jazz/a", "covers/rock/b", "covers/rock/deep/c"], {"a": "jazz", "b": "rock", "c": "rock"}),
        ("x", ["export/covers/jazz/a", "export/covers/rock/b", "__MACOSX/export/._a"], {"a": "jazz", "b": "rock"}),
        ("repo", ["repo-main/README.md", "repo-main/jazz/a", "repo-main/rock/b"], {"a": "jazz", "b": "rock"}),
        ("Downloads 2024", ["covers/jazz/a"], {"a": "jazz"}),
        ("mine", ["jazz/Miles Davis/a", "jazz/John Coltrane/b"], {"a": "jazz", "b": "jazz"}),
        ("jazz", ["covers/Miles Davis/a", "covers/John Coltrane/b"], {"a": "jazz", "b": "jazz"}),
        ("zydeco", ["a", "x/b"], {"a": "zydeco", "b": "zydeco"}),
        ("mine", ["covers/a", "covers/rock/b", "covers/jazz/c"], {"a": "mine", "b": "mine", "c": "mine"}),
    ],
)
def test_one_folder_around_everything_is_no_genre(
    tmp_path: Path, name: str, members: list[str], expected: dict[str, str]
) -> None:
    files = [member if "." in member else f"{member}.png" for member in members]
    archive = write_zip(tmp_path / f"{name}.zip", dict.fromkeys(files, b""))
    assert {Path(file).stem: found[0] for file, found in genres(archive).items()} == expected
    (tmp_path / "zips").mkdir()
    archive.rename(tmp_path / f"zips/{name}.zip")
    assert {Path(file).stem: found[0] for file, found in genres(tmp_path / "zips").items()} == expected


def test_what_systems_put_into_archives_is_skipped_and_sides_are_recognised(tmp_path: Path) -> None:
    names = ["__MACOSX/._a.png", "x/.DS_Store", "x/Thumbs.db", "x/Blue.png", "x/Blue back.png", "x/"]
    path = write_zip(tmp_path / "jazz.zip", dict.fromkeys(names, b""))
    found = {item.path.name: item for item in open_source(path) if isinstance(item, CoverFile)}
    assert {name: item.side for name, item in found.items()} == {"Blue.png": Side.FRONT, "Blue back.png": Side.BACK}
    assert found["Blue.png"].group == found["Blue back.png"].group is not None


def test_a_bad_member_and_a_bad_archive_do_not_stop_the_run(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "zips"
    good = cover_bytes(1, tmp_path)
    entries = [raw_entry(b"../evil.png", good), raw_entry(b"a.png", good, flags=1), raw_entry(b"b.png", good)]
    folder.mkdir()
    raw_zip(folder / "jazz.zip", [*entries, raw_entry(b"c.png", b"text"), raw_entry(b"inner.zip", good)])
    (folder / "broken.zip").write_bytes(b"PK nothing")
    write_zip(folder / "void.zip", {})
    report = add_source(database, open_source(folder), threads=2)
    assert report.counts == {Outcome.ADDED: 1, Outcome.REJECTED: 6}
    assert {item.path.removeprefix(f"{folder}/"): item.reason for item in report.rejected} == {
        "broken.zip": Rejection.BAD_ARCHIVE,
        "void.zip": Rejection.EMPTY,
        "jazz.zip/../evil.png": Rejection.UNSAFE_NAME,
        "jazz.zip/a.png": Rejection.ENCRYPTED,
        "jazz.zip/c.png": Rejection.NOT_AN_IMAGE,
        "jazz.zip/inner.zip": Rejection.NESTED_ARCHIVE,
    }
    assert sorted(item.name for item in folder.iterdir()) == ["broken.zip", "jazz.zip", "void.zip"]


def test_a_member_is_embedded_shown_found_again_and_missed(database: Database, tmp_path: Path) -> None:
    backbone = FakeBackbone()
    path = write_zip(tmp_path / "jazz.zip", {f"{n}.png": cover_bytes(n, tmp_path) for n in range(3)})
    assert add_source(database, open_source(path), threads=2).counts == {Outcome.ADDED: 3}
    assert add_source(database, open_source(path), threads=2).counts == {Outcome.UNCHANGED: 3}
    bundle = _bundle(database, backbone)
    assert embed_pending(database, backbone, bundle, threads=2).embedded == 3
    with database.reading() as session:
        cover = albums.cover(session, CoverId(2))
    thumbnails = Thumbnails(tmp_path / "thumbnails", 2**20)
    picture = thumbnails.picture(cover, 96, PictureFormat.JPEG).data
    assert picture[:3] == b"\xff\xd8\xff"
    [kept] = (tmp_path / "thumbnails").glob("*/*")
    kept.write_bytes(b"kept")
    assert thumbnails.picture(cover, 96, PictureFormat.JPEG).data == b"kept"
    moved = path.rename(tmp_path / "blues.zip")
    assert add_source(database, open_source(moved), threads=2).counts == {Outcome.UNCHANGED: 3}
    assert embed_pending(database, backbone, bundle, threads=2).embedded == 0
    with database.reading() as session:
        assert set(session.scalars(select(Cover.path))) == {str(moved / f"{n}.png") for n in range(3)}
        assert albums.counts(session).genres == {"blues": 3}


def test_a_member_that_goes_while_it_waits_is_missing(database: Database, tmp_path: Path) -> None:
    backbone = FakeBackbone()
    path = write_zip(tmp_path / "jazz.zip", {f"{n}.png": cover_bytes(n, tmp_path) for n in range(2)})
    add_source(database, open_source(path), threads=1)
    write_zip(path, {"0.png": cover_bytes(0, tmp_path)})
    report = embed_pending(database, backbone, _bundle(database, backbone), threads=1)
    assert report.embedded == 1
    assert [(item.path, item.reason) for item in report.rejected] == [(str(path / "1.png"), Rejection.MISSING)]


def _bundle(database: Database, backbone: FakeBackbone):  # type: ignore[no-untyped-def]
    from db import bundles

    with database.writing() as session:
        return bundles.register(session, backbone.fingerprint, name="fake", dimension=backbone.dimension, manifest={})


def contents(database: Database, root: Path) -> list[tuple[object, ...]]:
    """Every cover by its place below the root, an archive's name counting as a folder's."""
    with database.reading() as session:
        rows = session.execute(select(Cover, Album).join(Album).order_by(Cover.id)).all()
        return [
            (
                str(Path(cover.path).relative_to(root)).replace(".zip/", "/"),
                cover.content_hash,
                cover.side,
                album.id,
                tuple(sorted(label.genre.name for label in album.labels)),
            )
            for cover, album in rows
        ]


def same_catalogue(database: Database, folders: Path, zips: Path) -> None:
    add_source(database, open_source(folders), threads=2)
    expected = contents(database, folders)
    with database.writing() as session:
        ids = [row[3] for row in expected]
        albums.remove(session, sorted(set(ids)))  # type: ignore[arg-type]
    add_source(database, open_source(zips), threads=2)
    found = contents(database, zips)
    assert len(found) > 0
    first = found[0][3] - expected[0][3]  # type: ignore[operator]
    assert [(*row[:3], row[3] - first, row[4]) for row in found] == expected


def zip_by_genre(folders: Path, zips: Path) -> None:
    zips.mkdir()
    for genre in folders.iterdir():
        with ZipFile(zips / f"{genre.name}.zip", "w") as archive:
            for file in genre.rglob("*"):
                archive.write(file, file.relative_to(genre))


def test_archives_by_genre_make_the_catalogue_of_their_folders(database: Database, tmp_path: Path) -> None:
    folders = tmp_path / "folders"
    write_covers(folders, {"jazz": 4, "black metal": 3})
    write_cover(folders / "jazz/deep/x.png", 50)
    write_cover(folders / "jazz/deep/x back.png", 51)
    write_cover(folders / "rock/copy.png", 0)
    zip_by_genre(folders, tmp_path / "zips")
    same_catalogue(database, folders, tmp_path / "zips")


@pytest.mark.skipif(not REAL_COVERS.exists(), reason="needs the real covers")
def test_archives_of_real_covers_make_the_catalogue_of_their_folders(database: Database, tmp_path: Path) -> None:
    taken: dict[str, int] = defaultdict(int)
    with (REAL_COVERS / "manifest.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["genre"] and taken[row["genre"]] < 12:
                taken[row["genre"]] += 1
                link = tmp_path / "folders" / row["genre"] / Path(row["file"]).name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to((REAL_COVERS / row["file"]).resolve())
    zip_by_genre(tmp_path / "folders", tmp_path / "zips")
    same_catalogue(database, tmp_path / "folders", tmp_path / "zips")


def test_what_was_refused_is_no_cover_file(tmp_path: Path) -> None:
    path = raw_zip(tmp_path / "a.zip", [raw_entry(b"../" + b"x" * 500, b"data")])
    [item] = open_source(path)
    assert isinstance(item, RejectedFile)
    assert len(item.path) < len(str(path)) + 110


def test_names_that_were_guessed_wrong_are_corrected_by_saying_their_encoding(
    database: Database, tmp_path: Path
) -> None:
    """Hebrew of DOS, which is not guessed; the covers stay, with their ids."""
    names = ("רוק/כוורת.png", "פופ/אריק.png")
    entries = [raw_entry(name.encode("cp862"), cover_bytes(seed, tmp_path)) for seed, name in enumerate(names, start=1)]
    path = raw_zip(tmp_path / "covers.zip", entries)

    def add(encoding: str | None) -> dict[Outcome, int]:
        report = add_source(database, open_source(path, encoding=encoding), threads=1)
        return {outcome: count for outcome, count in report.counts.items() if count}

    def known() -> list[tuple[int, str, tuple[str, ...]]]:
        with database.reading() as session:
            found = albums.of_ids(session, sorted(albums.with_cover(session))).values()
            return [(one.covers[0].id, one.covers[0].file, tuple(one.genres)) for one in found]

    assert add(None) == {Outcome.ADDED: 2}
    guessed = known()
    assert add("cp862") == {Outcome.UNCHANGED: 2}
    said = [(cover_id, f"{path}/{name}", (name.split("/")[0],)) for cover_id, name in ((1, names[0]), (2, names[1]))]
    assert sorted(known()) == said
    assert add("cp862") == {Outcome.UNCHANGED: 2}
    assert sorted(known()) == said
    assert add(None) == {Outcome.UNCHANGED: 2}, "as with a table, it is guessed again when nobody says it"
    assert known() == guessed
