"""The console command as a person runs it, on both engines, against brute force over the database."""

import csv
import stat
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.table import Column, Table

from service.cli import console
from tests.command_home import CommandHome, vectors_of
from tests.factories import FakeBackbone, write_cover, write_covers


def test_from_a_folder_to_an_answer_and_back(home: CommandHome) -> None:
    # On SQLite these are the installed script started anew, as a person starts it.
    script = replace(home, as_script="SLEEVE_DATABASE_URL" not in home.environment)
    covers = home.folder / "covers"
    write_covers(covers, {"jazz": 20, "rock": 15})
    counted = {"files": 35, "added": 35, "unchanged": 0, "corrected": {}, "rejected": 0, "removed": 0, "other": 0}
    assert script.json("add", covers) == {
        **{**counted, "gone": 0, "listed": 0, "unlisted": 0, "vectors": {}, "vectors_left_out": 0},
        **{"rejections": [], "others": [], "guesses": []},
    }
    assert home.json("add", covers)["unchanged"] == 35
    indexed = script.json("index")
    assert (indexed["embedded"], indexed["version"]["count"], indexed["version"]["recall"]) == (35, 35, 1.0)

    query = write_cover(home.folder / "query.png", seed=3)
    found = home.json("similar", query, "-k", 8)
    stored = vectors_of(home)
    assert len(stored) == 35
    own = stored[str(covers / "jazz/003.png")]
    expected = sorted(stored, key=lambda file: -float(stored[file] @ own))[:8]
    assert [neighbour["file"] for neighbour in found["neighbours"]] == expected
    nothing: dict[str, object] = {"less": None, "files": [], "like": [], "dislike": []}
    assert found["query"] == {"file": str(query), "album_id": None, "text": None, **nothing}
    assert found["bundle"] == "tiny"
    first = found["neighbours"][0]
    assert first["similarity"] == pytest.approx(1, abs=1e-3)
    assert first["genres"] == ["jazz"]

    by_album = home.json("similar", "--album", first["album_id"], "-k", 7)
    assert [neighbour["file"] for neighbour in by_album["neighbours"]] == expected[1:]
    rock = home.json("similar", query, "-k", 100, "--genre", "Rock")
    assert len(rock["neighbours"]) == 15

    removed = home.json("remove", "--album", first["album_id"])
    assert removed == {"albums": 1, "covers": 1, "rows": 0, "rejected": 0}
    assert [n["file"] for n in home.json("similar", query, "-k", 7)["neighbours"]] == expected[1:]
    again = home.json("index")
    assert (again["embedded"], again["vectors_removed"], again["rebuilt"]) == (0, 1, False)
    status = home.json("status")
    assert (status["albums"], status["covers"], status["pending"]) == (34, 34, 0)
    assert status["genres"] == {"jazz": 19, "rock": 15}
    assert [version["live"] for version in status["versions"]] == [True, False]


def test_the_vectors_are_those_of_the_bundle(home: CommandHome) -> None:
    path = write_cover(home.folder / "covers/jazz/a.png", seed=1, size_px=32)
    home.sleeve("add", home.folder / "covers")
    home.sleeve("index")
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("RGB"))[np.newaxis]
    expected = FakeBackbone().embed(pixels)[0].reshape(4, 4, 3).transpose(2, 0, 1).ravel()
    np.testing.assert_allclose(vectors_of(home)[str(path)], expected, atol=1e-3)


def test_a_bad_file_is_named_and_the_rest_is_added(home: CommandHome) -> None:
    write_covers(home.folder / "covers", {"jazz": 3})
    (home.folder / "covers/jazz/page.jpg").write_text("<html></html>")
    result = home.sleeve("add", "covers", code=1)
    assert result.stdout == "3 added, 0 unchanged, 1 rejected\n"
    assert "page.jpg: not an image" in result.stderr
    document = home.json("add", "covers", code=1)
    assert (document["unchanged"], document["rejected"]) == (3, 1)
    [rejected] = document["rejections"]
    assert (rejected["file"], rejected["reason"]) == ("covers/jazz/page.jpg", "not an image"), "named as it was given"
    (home.folder / "covers/jazz/000.png").unlink()
    indexed = home.json("index", code=1)
    [rejected] = indexed["rejections"]
    assert (indexed["embedded"], rejected["file"], rejected["reason"]) == (2, "covers/jazz/000.png", "missing file")


MISTAKES: list[tuple[tuple[object, ...], str]] = [
    (("find",), "say which words to look for, for example `sleeve find blue train`"),
    (("find", " "), "say which words to look for"),
    (("add",), "Missing argument"),
    (("similar",), "name one of an image, an album"),
    (("similar", "q.png", "--album", 1), "name one of an image, an album"),
    (("similar", "--less", "red"), "name one of an image, an album"),
    (("similar", "q.png", "--year", "nineties"), "is not a range of years"),
    (("similar", "q.png", "-k", 0), "-k"),
    (("similar", "--album", "blue"), "'blue' is not an id; `sleeve find WORDS` shows the ids of albums"),
    (("remove", "--album", 2**63), "is not an id"),
    (("recommend", "--dislike", 3), "name at least one album to like (--like ID)"),
    (("index", "--kind", "magic"), "Invalid value for '--kind': 'magic' is not one of 'exact', 'hnsw', 'ivf'"),
    (("split",), "name a cover at least"),
    (("merge", "--album", 1), "name two albums at least"),
    (("merge", "--album", 1, "--undo", 2), "--undo goes alone"),
    (("serve", "--port", 99999), "port"),
    (("fly",), "No such command"),
]
FAILURES: list[tuple[tuple[object, ...], str]] = [
    (("classify", "q.png", "--zero-shot", "doom metal, city pop"), "this bundle has no text tower"),
    (("add", "nowhere"), "nowhere does not exist"),
    (("similar", "q.png"), "there is no index yet; run `sleeve add` and `sleeve index` first"),
    (("similar", "nowhere.png"), "sleeve: nowhere.png: missing file"),
    (("remove", "--album", 7), "there is no album 7; nothing was removed"),
]
CASES = [(2, *case) for case in MISTAKES] + [(1, *case) for case in FAILURES]


@pytest.mark.parametrize(("code", "arguments", "line"), CASES, ids=[" ".join(map(str, case[1])) for case in CASES])
def test_a_mistake_or_a_failure_ends_in_one_clear_line(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, code: int, arguments: tuple[object, ...], line: str
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_cover(tmp_path / "q.png", seed=1)
    result = home.sleeve(*arguments, code=code)
    assert result.stdout == ""
    assert line in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("SLEEVE_THREADS", "many", "SLEEVE_THREADS: must be a whole number"),
        ("SLEEVE_LOG_FORMAT", "xml", "SLEEVE_LOG_FORMAT: must be 'text' or 'json'"),
        ("SLEEVE_DATABASE_URL", "mysql://x/y", "Sleeve supports postgresql and sqlite"),
        ("SLEEVE_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none", "cannot be used"),
        ("SLEEVE_BUNDLE", "/nowhere", "there is no bundle /nowhere"),
        ("SLEEVE_HOME", "/proc/nowhere", "cannot make the folder"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, name: str, value: str, line: str
) -> None:
    home = make_home(tmp_path, "sqlite")
    wrong = CommandHome(home.folder, {**home.environment, name: value})
    result = wrong.sleeve("index", code=1)
    assert line in result.stderr
    assert "secret" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_settings_from_a_file_in_the_working_folder_are_named(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    lines = ("SLEEVE_THREADS=1", "sleeve_gate_recall=0.9", "SLEEVE_HOME=/nowhere", "SLEEVE_CONTACT=", "OTHER=1")
    (tmp_path / ".env").write_text("\n".join(lines))
    said = home.sleeve("status").stderr
    assert said == f"Using SLEEVE_GATE_RECALL, SLEEVE_THREADS from {tmp_path / '.env'}\n", "the environment has a home"
    (tmp_path / ".env").write_text("OTHER=1\n")
    assert home.sleeve("status").stderr == ""


def test_another_bundle_asks_for_an_index_of_its_own(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    from tests.tiny_bundle import write_tiny_bundle

    home = make_home(tmp_path, "sqlite")
    write_covers(home.folder / "covers", {"jazz": 5})
    home.sleeve("add", "covers")
    home.sleeve("index")
    other = write_tiny_bundle(tmp_path / "other", mean=100).folder
    switched = CommandHome(home.folder, {**home.environment, "SLEEVE_BUNDLE": str(other)})
    assert "vectors of another bundle" in switched.sleeve("similar", "--album", 1, code=1).stderr
    assert switched.json("index")["embedded"] == 5
    assert len(switched.json("similar", "--album", 1)["neighbours"]) == 4


def test_the_version_is_that_of_the_package(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    home = make_home(tmp_path, "sqlite")
    assert home.sleeve("--version").stdout == f"sleeve {project['version']}\n"
    assert not Path(home.environment["SLEEVE_HOME"]).exists(), "nothing is set up for it"


def test_an_empty_catalogue_says_what_to_do(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    assert "Next: `sleeve add FOLDER`" in home.sleeve("index").stderr
    write_covers(tmp_path / "covers", {"jazz": 1})
    home.sleeve("add", "covers")
    assert "sleeve add" not in home.sleeve("index").stderr


def test_looking_makes_nothing(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    folder = home.environment["SLEEVE_HOME"]
    found = home.json("status")
    assert (found["albums"], found["home"], found["database"]) == (0, folder, f"sqlite:///{folder}/sleeve.sqlite3")
    assert not Path(folder).exists()


def test_a_genre_that_is_not_there_is_named_with_the_closest(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"hip-hop": 2, "jazz": 1})
    home.sleeve("add", "covers")
    home.sleeve("index")
    said = "sleeve: there is no genre hip hop; did you mean hip-hop?\n"
    for command in (("similar", "--album", 1), ("find", "cover"), ("recommend", "--like", 1)):
        assert home.sleeve(*command, "--genre", "Hip Hop", code=1).stderr == said
    assert home.sleeve("similar", "--album", 1, "--genre", "zzzz", code=1).stderr == "sleeve: there is no genre zzzz\n"
    assert home.json("similar", "--album", 1, "--genre", "none")["neighbours"] == []


def test_help_groups_commands_and_names_no_types(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    groups = ("Fill the catalogue", "Ask", "Teach and measure", "Look after it", "Show it")
    shown = home.sleeve("--help").stdout
    assert [shown.index(f"─ {group} ─") for group in groups] == sorted(shown.index(f"─ {group} ─") for group in groups)
    for command in ("similar", "recommend", "serve", "train", "remove"):
        shown = home.sleeve(command, "--help").stdout
        for typed in (" range>", "<bool>", "9223372036854775807"):
            assert typed not in shown, command


def test_versions_and_rejected_files_are_listed(home: CommandHome) -> None:
    assert home.sleeve("index", "list").stdout == "there is no index yet; `sleeve index` builds it\n"
    assert home.sleeve("status", "--rejected").stderr == "no file was rejected\n"
    write_covers(home.folder / "covers", {"jazz": 3})
    (home.folder / "covers/jazz/page.jpg").write_text("<html></html>")
    home.sleeve("add", "covers", code=1)
    home.sleeve("index")
    home.sleeve("index", "--rebuild")
    newest, before = home.json("index", "list")["versions"]
    assert (newest["live"], before["live"], newest["count"], before["count"]) == (True, False, 3, 3)
    lines = home.sleeve("index", "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[newest["version"], "live"], [before["version"], "kept"]]
    shown = home.sleeve("status").stdout
    assert "1; `sleeve status --rejected` lists them" in shown
    assert f"{newest['version']}: live, 3 vectors" in shown
    assert "; 1 more: `sleeve index list`" in shown
    assert before["version"] not in shown
    path = str(home.folder / "covers/jazz/page.jpg")
    [rejected] = home.json("status", "--rejected")
    assert (rejected["file"], rejected["reason"]) == (path, "not an image")
    assert home.sleeve("status", "--rejected").stdout.startswith(f"{path}: not an image")


def test_help_shows_examples(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    assert "sleeve add" in home.sleeve("--help").stdout
    for command in ("add", "index", "similar", "remove", "serve", "demo", "export", "tag"):
        assert f"sleeve {command}" in home.sleeve(command, "--help").stdout


@pytest.mark.slow
def test_the_demo_learns_its_catalogues_genres_or_says_why_not(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(home.folder / "covers", {"jazz": 8, "metal": 8})
    rows = [
        f"{genre}/{path.name},{genre},{path.stem} {genre}"
        for genre in ("jazz", "metal")
        for path in sorted((home.folder / "covers" / genre).iterdir())
    ]
    (home.folder / "covers/all.csv").write_text("\n".join(["file,genre,artist", *rows]))
    assert "2 learned from 16 covers" in home.sleeve("demo", "covers/all.csv", "--no-serve").stderr
    (home.folder / "covers/bare.csv").write_text("\n".join(["file", *(row.split(",")[0] for row in rows)]))
    bare = home.sleeve("demo", "covers/bare.csv", "--no-serve")
    assert "as the shipped model learned them: no embedded cover has a genre" in bare.stderr
    assert "Albums that look like album 1" in bare.stderr


def test_a_narrow_terminal_gets_fewer_columns_and_none_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(width: int) -> list[str]:
        table = Table(Column("id", no_wrap=True), "title", Column("year", no_wrap=True), "file", box=None)
        table.add_row("1234", "Blue Train", "1957", "covers/jazz/blue-train.jpg")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                console, "_stdout", console._PlainConsole(width=width, force_terminal=True, color_system=None)
            )
            console.answer(table, without=("file", "year"))
        return " ".join(capsys.readouterr().out.split()).split(" 1234 ")

    assert shown(80) == ["id title year file", "Blue Train 1957 covers/jazz/blue-train.jpg"]
    assert shown(30) == ["id title year", "Blue Train 1957"]
    assert shown(16) == ["id title", "Blue Train"]


def test_names_appear_letter_for_letter(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_covers(tmp_path / "covers", {"jazz": 4})
    titles = ["[/b]", "[link=x]y[/link]", ":smile: \x1b[31mred", "two\nlines"]
    rows = [["file", "album"], *([f"covers/jazz/{n:03}.png", title] for n, title in enumerate(titles))]
    with (tmp_path / "m.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    (tmp_path / "covers" / "a\x1b]0;owned\x07\nrejected.png").write_text("no picture")
    rejected = home.sleeve("add", "covers", "m.csv", code=1)
    assert r"a\x1b]0;owned\x07\nrejected.png" in rejected.stderr
    home.sleeve("add", "m.csv")
    home.sleeve("index")
    shown = home.sleeve("similar", "--album", 1, "-k", 9).stdout + home.sleeve("similar", "--album", 2, "-k", 9).stdout
    for title in ("[/b]", "[link=x]y[/link]", ":smile:"):
        assert title in shown
    printed = rejected.stderr + shown
    assert not [c for c in printed if not c.isprintable() and c != "\n"]


def test_a_new_home_is_its_owner_s(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    home.sleeve("find", "blue")
    assert stat.S_IMODE(Path(home.environment["SLEEVE_HOME"]).stat().st_mode) == 0o700
