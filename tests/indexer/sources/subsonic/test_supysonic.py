"""The command line against a real supysonic that has read the tags of real music files."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.command_home import CommandHome
from tests.factories import write_cover
from tests.indexer.images.audio.recordings import write_track

PASSWORD = "geheim-4711"
TIMEOUT_S = 60


@contextmanager
def supysonic(folder: Path) -> Iterator[str]:
    """The server's host and port while it runs."""
    script = Path(__file__).with_name("supysonic_server.py")
    command = [sys.executable, "-W", "ignore", str(script), str(folder), "me", PASSWORD]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, (folder / "server.log").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_S)


def look_again(host: str) -> None:
    with urlopen(Request(f"http://{host}/scan", method="POST"), timeout=TIMEOUT_S) as answer:
        assert answer.status == 200


def ask(host: str, method: str, **parameters: str) -> Any:
    form = urlencode({"u": "me", "p": PASSWORD, "c": "test", "f": "json", **parameters}).encode()
    with urlopen(f"http://{host}/rest/{method}.view", form, timeout=TIMEOUT_S) as answer:
        return json.load(answer)["subsonic-response"]


def write_album(music: Path, number: int, title: str, *, kind: str = "flac") -> None:
    folder = music / f"Artist {number}" / f"album {number}"
    for track in range(2):
        write_track(
            folder / f"{track}.{kind}",
            album=title,
            artist=f"Artist {number}",
            album_artist=f"Artist {number}",
            date=str(1970 + number),
            genres=["Hip-Hop" if number % 2 else "Jazz"],
            pictures=[(3, write_cover(music.parent / "x.png", number).read_bytes())] if kind == "mp3" else (),
        )
    if kind != "mp3":
        write_cover(folder / "cover.png", number)


def albums_of(home: CommandHome) -> dict[int, tuple[Any, ...]]:
    found = home.json("find", "artist")["albums"]
    return {one["id"]: (one["artist"], one["title"], one["year"], tuple(one["genres"])) for one in found}


@pytest.fixture
def home(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> CommandHome:
    home = make_home(tmp_path, "sqlite")
    return replace(home, environment={**home.environment, "SLEEVE_SUBSONIC_PASSWORD": PASSWORD})


@pytest.mark.slow
def test_from_tagged_files_through_the_server_to_an_answer(home: CommandHome, tmp_path: Path) -> None:
    music = tmp_path / "server" / "music"
    write_album(music, 1, "Blue")
    write_album(music, 2, "Étude", kind="m4a")
    write_album(music, 3, "Inside", kind="mp3")
    write_track(music / "4" / "1.mp3", album="No art", artist="N", album_artist="N")
    with supysonic(tmp_path / "server") as host:
        address = f"subsonic://me@{host}"
        first = home.json("add", address)
        assert (first["added"], first["listed"], first["rejected"]) == (4, 1, 0)
        assert [one["title"] for one in home.json("find", "no art")["albums"]] == ["No art"]
        shutil.rmtree(music / "4")
        look_again(host)
        again = home.json("add", address)
        assert (again["unchanged"], again["files"], again["gone"]) == (3, 3, 0)
        albums = albums_of(home)
        assert set(albums.values()) == {
            ("Artist 1", "Blue", 1971, ("hip-hop",)),
            ("Artist 2", "Étude", 1972, ("jazz",)),
            ("Artist 3", "Inside", 1973, ("hip-hop",)),
        }

        # supysonic has a new id for an album whose title is corrected; for Sleeve it is the same album.
        write_album(music, 2, "Étude No. 2", kind="m4a")
        look_again(host)
        assert home.json("add", address)["unchanged"] == 3
        [changed] = {key for key, value in albums_of(home).items() if value != albums[key]}
        assert albums_of(home)[changed][1] == "Étude No. 2"
        assert albums_of(home).keys() == albums.keys()

        home.sleeve("index")
        told = home.sleeve("similar", "--album", changed, "--playlist", address)
        assert f"'Looks like album {changed}' on subsonic://{host} has 4 tracks of 2 albums" in told.stderr
        [playlist] = ask(host, "getPlaylists")["playlists"]["playlist"]
        entries = ask(host, "getPlaylist", id=playlist["id"])["playlist"]["entry"]
        assert sorted({entry["album"] for entry in entries}) == ["Blue", "Inside"]
        assert [entry["album"] for entry in entries] in (["Blue"] * 2 + ["Inside"] * 2, ["Inside"] * 2 + ["Blue"] * 2)
        told = home.sleeve("similar", "--album", changed, "--playlist", "out.m3u8", code=1)
        assert "none of these albums has music files here" in told.stderr

        shutil.rmtree(music / "Artist 1")
        look_again(host)
        told = home.sleeve("add", address)
        assert "gone from there: 1 cover." in told.stderr
    down = home.sleeve("add", address, code=1)
    assert down.stderr.splitlines()[-1].startswith(f"sleeve: subsonic://{host} cannot be asked: ")
    home.sleeve("remove", "--missing")
    assert {one[1] for one in albums_of(home).values()} == {"Étude No. 2", "Inside"}
    [neighbour] = home.json("similar", "--album", next(iter(albums_of(home))), "-k", "1")["neighbours"]
    assert neighbour["file"].startswith(f"subsonic://{host}?album=")
    for path in Path(home.environment["SLEEVE_HOME"]).rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


@pytest.mark.slow
def test_a_wrong_password_is_one_line(home: CommandHome, tmp_path: Path) -> None:
    (tmp_path / "server" / "music").mkdir(parents=True)
    home = replace(home, environment={**home.environment, "SLEEVE_SUBSONIC_PASSWORD": "wrong-4712"})
    with supysonic(tmp_path / "server") as host:
        told = home.sleeve("add", f"subsonic://me@{host}", code=1)
    assert told.stderr == f"sleeve: subsonic://{host} refuses: Wrong username or password. (error 40)\n"
