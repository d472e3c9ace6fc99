import os
from pathlib import Path

import pytest

from db.records import CoverFile, Guess, RejectedFile
from indexer.sources import GenreFrom, open_source
from indexer.sources.file_names import sides_of
from sleeve.errors import SourceError
from sleeve.vocabulary import LabelSource, Rejection, Side


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def offered(path: Path, genre_from: GenreFrom | None = None) -> dict[str, CoverFile]:
    found = [item for item in open_source(path, genre_from) if isinstance(item, CoverFile)]
    return {os.path.relpath(item.path, path): item for item in found}


def genres(path: Path, genre_from: GenreFrom | None = None) -> dict[str, tuple[str, ...]]:
    return {name: item.genres for name, item in offered(path, genre_from).items()}


def test_the_first_folder_names_the_genre_however_deep_the_file_is(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.jpg", "jazz/Miles Davis/1959/b.jpg", "Black Metal/c.jpg", "d.jpg")
    assert genres(tmp_path) == {
        "d.jpg": (),
        "Black Metal/c.jpg": ("Black Metal",),
        "jazz/a.jpg": ("jazz",),
        "jazz/Miles Davis/1959/b.jpg": ("jazz",),
    }
    assert set(genres(tmp_path, GenreFrom.NONE).values()) == {()}


def test_one_folder_around_everything_is_no_genre(tmp_path: Path) -> None:
    touch(tmp_path, "export/covers/jazz/a.jpg", "export/covers/rock/b.jpg", "export/readme.txt")
    assert list(genres(tmp_path).values()) == [("jazz",), ("rock",)]
    [guess, _] = [item.text for item in open_source(tmp_path) if isinstance(item, Guess)]
    assert guess == f"{tmp_path}/export is the only folder and holds only folders, so it is taken for no genre"
    touch(tmp_path, "export/covers/c.jpg")
    assert list(genres(tmp_path).values()) == [("covers",)] * 3
    touch(tmp_path / "one", "rock/Miles/a.jpg", "rock/John/b.jpg")
    assert list(genres(tmp_path / "one").values()) == [("rock",)] * 2, "called like a genre"


def test_a_flat_folder_is_itself_the_genre(tmp_path: Path) -> None:
    touch(tmp_path / "jazz", "a.jpg", "b.jpg")
    assert genres(tmp_path / "jazz") == {"a.jpg": ("jazz",), "b.jpg": ("jazz",)}


def test_a_single_file_is_a_cover_without_a_genre(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.jpg")
    [item] = open_source(tmp_path / "jazz/a.jpg")
    assert isinstance(item, CoverFile)
    assert (item.path, item.genres) == (tmp_path / "jazz/a.jpg", ())


def test_the_file_is_named_as_the_user_named_it_and_the_path_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "covers/jazz/a.jpg", "here/x")
    monkeypatch.chdir(tmp_path / "here")
    [item] = open_source(Path("../covers"))
    assert isinstance(item, CoverFile)
    assert (item.file, item.path) == ("../covers/jazz/a.jpg", tmp_path / "covers/jazz/a.jpg")


def test_hidden_system_and_looping_entries_are_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.jpg", "jazz/.DS_Store", "jazz/Thumbs.db", ".git/b.jpg")
    (tmp_path / "jazz" / "loop").symlink_to(tmp_path)
    assert list(offered(tmp_path)) == ["jazz/a.jpg"]


def test_front_and_back_in_one_folder_are_one_album(tmp_path: Path) -> None:
    names = ["Blue front.jpg", "Blue (back).jpg", "Get Back.jpg", "Red.jpg", "Red_back.jpg"]
    touch(tmp_path, *(f"jazz/{name}" for name in names))
    found = {Path(name).name: (item.side, item.group) for name, item in offered(tmp_path).items()}
    assert found["Blue front.jpg"][0] is Side.FRONT
    assert found["Blue (back).jpg"] == (Side.BACK, found["Blue front.jpg"][1])
    assert found["Red_back.jpg"] == (Side.BACK, found["Red.jpg"][1])
    assert found["Get Back.jpg"] == (Side.FRONT, None)
    assert found["Blue front.jpg"][1] not in {None, found["Red.jpg"][1]}


def test_a_name_that_no_database_can_hold_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "jazz").mkdir()
    with open(os.fsencode(tmp_path / "jazz") + b"/\xff.jpg", "wb"):  # noqa: PTH123
        pass
    [item] = open_source(tmp_path)
    assert isinstance(item, RejectedFile)
    assert item.reason is Rejection.UNREADABLE
    assert item.path.endswith("\\xff.jpg")


def test_a_manifest_says_everything_and_may_say_more(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "File,genre,artist,album,year,side,price\n"
        "a.jpg,Jazz,Miles Davis,Kind of Blue,1959-08-17,,9.99\n"
        'sub/../b.jpg,,,"A ""quoted"", title",,back,\n'
        f"{tmp_path}/elsewhere/c.jpg\n",
        encoding="utf-8-sig",
    )
    a, b, c = open_source(manifest)
    assert a == CoverFile(
        "a.jpg",
        tmp_path / "a.jpg",
        LabelSource.MANIFEST,
        ("jazz",),
        "Miles Davis",
        "Kind of Blue",
        1959,
        extra={"price": "9.99"},
    )
    assert isinstance(b, CoverFile)
    assert (b.path, b.title, b.side, b.genres) == (tmp_path / "b.jpg", 'A "quoted", title', Side.BACK, ())
    assert isinstance(c, CoverFile)
    assert c.path == tmp_path / "elsewhere/c.jpg"


def test_bad_rows_are_rejected_with_their_line(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("file,side\n,front\na.jpg,inside\nb.jpg,\nb.jpg,back\n")
    items = list(open_source(manifest))
    assert [(item.path, item.detail) for item in items if isinstance(item, RejectedFile)] == [
        (f"{manifest}:2", "no file"),
        (f"{manifest}:3", "side is 'inside', neither front nor back"),
        (f"{manifest}:5", "b.jpg is in the table twice, and something else is said of it"),
    ]


def test_a_cell_that_databases_cannot_hold_is_cleaned(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("file,artist,album\na.jpg,Mi\x07les\x1b[31m,  " + "x" * 900 + "\n")
    [item] = open_source(manifest)
    assert isinstance(item, CoverFile)
    assert item.artist == "Miles[31m"
    assert item.title == "x" * 500


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"name,genre\na.jpg,jazz\n", "no column `file`"),
        (b"", "no column `file`"),
        (b"file\n\xff\x01.jpg\n", "is not text"),
        (b"file\n\x00\x00\x00a", "is not text"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_bytes(content)
    with pytest.raises(SourceError, match=complaint):
        list(open_source(manifest))


@pytest.mark.parametrize("genre_from", [GenreFrom.TABLE, GenreFrom.MANIFEST])
def test_a_folder_with_a_manifest_can_be_read_by_it(tmp_path: Path, genre_from: GenreFrom) -> None:
    touch(tmp_path, "images/a.jpg")
    (tmp_path / "manifest.csv").write_text("file,genre\nimages/a.jpg,jazz\n")
    assert genres(tmp_path, genre_from) == {"images/a.jpg": ("jazz",)}


def test_paths_that_do_not_go_with_the_option_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "m.csv")
    for path, genre_from, complaint in (
        (tmp_path / "none", None, "does not exist"),
        (tmp_path, GenreFrom.TABLE, "manifest.csv does not exist"),
        (tmp_path / "m.csv", GenreFrom.FOLDER, "is a table"),
        (tmp_path / "a.jpg", GenreFrom.TABLE, "is not a table"),
    ):
        with pytest.raises(SourceError, match=complaint):
            open_source(path, genre_from)


@pytest.mark.parametrize(
    ("stems", "backs"),
    [
        (["I Want You", "I Want You Back"], {}),
        (["HELP", "HELP BACK"], {}),
        (["Blue Train", "Blue Train back"], {"Blue Train back": "Blue Train"}),
        (["Blue Train", "Blue Train BACK"], {"Blue Train BACK": "Blue Train"}),
        (["Blue Train", "Blue Train (Back)"], {"Blue Train (Back)": "Blue Train"}),
        (["Blue Train", "Blue Train - Back"], {"Blue Train - Back": "Blue Train"}),
        (["Kind Of", "Kind of back"], {"Kind of back": "Kind Of"}),
        (["Get Front", "Get Back"], {"Get Back": "Get"}),
        (["Front", "Back"], {"Back": ""}),
        (["A", "A Back", "B", "B Back", "C"], {"A Back": "A", "B Back": "B"}),
        (["A", "A Back", "B", "B Back", *map(str, range(9))], {}),
        (["Back", "Way Back"], {}),
    ],
)
def test_a_back_is_told_from_a_title_that_ends_so(stems: list[str], backs: dict[str, str]) -> None:
    found = sides_of(stems)
    assert {stem: album for stem, (side, album) in found.items() if side is Side.BACK} == backs
    assert {album for side, album in found.values() if side is Side.FRONT} == set(backs.values())


def test_a_title_that_could_be_a_back_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "pop/I Want You.jpg", "pop/I Want You Back.jpg")
    found = list(open_source(tmp_path))
    [guess] = [one for one in found if isinstance(one, Guess)]
    assert "I Want You Back.jpg is taken for an album of its own" in guess.text
    assert [one.group for one in found if isinstance(one, CoverFile)] == [None, None]


def test_a_folder_that_names_no_genre_is_none(tmp_path: Path) -> None:
    names = ("Misc", "Neuer Ordner", "New Folder (2)", "Rock", "Unknown", "Various", "Разное", "その他")
    touch(tmp_path, *(f"{name}/1.jpg" for name in names))
    assert genres(tmp_path) == {f"{name}/1.jpg": ("Rock",) if name == "Rock" else () for name in names}


def test_genres_of_tables_are_spelled_as_those_of_tags(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text('file,genre\n1.png,Hip Hop; Unknown\n2.png,"[""Rap"", ""Our Own""]"\n')
    (tmp_path / "genres.tsv").write_text("our own\tpost-rock\n")
    source = open_source(tmp_path / "m.csv", own_spellings=tmp_path / "genres.tsv")
    assert [one.genres for one in source if isinstance(one, CoverFile)] == [("hip-hop",), ("hip-hop", "post-rock")]
    (tmp_path / "m.csv").write_text("file,genre,sleeve_path\n1.png,Hip Hop,/c/1.png\n")
    assert [one.genres for one in open_source(tmp_path / "m.csv") if isinstance(one, CoverFile)] == [("Hip Hop",)]
