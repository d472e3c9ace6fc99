"""``sleeve add subsonic://…``: what is refused, and where the password comes from."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from select import select

import pytest

from tests.command_home import CommandHome
from tests.forked import SLEEVE
from tests.indexer.sources.subsonic.stand_in import API_KEY, PASSWORD, StandIn, serving

TRIES = 200
"""Looks at a terminal, half a second each at most."""


@pytest.fixture
def home(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> CommandHome:
    return make_home(tmp_path, "sqlite")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving() as stand_in:
        stand_in.have(1, 2)
        yield stand_in


def with_settings(home: CommandHome, **settings: str) -> CommandHome:
    return replace(home, environment={**home.environment, **settings})


@pytest.mark.parametrize(
    "more", [["covers"], ["subsonic://me@other"], ["--watch"], ["--column", "file=x"], ["--genre-from", "folder"]]
)
def test_a_server_is_added_by_itself(home: CommandHome, more: list[str]) -> None:
    told = home.sleeve("add", "subsonic://me@nas", *more, code=2)
    assert "a music server is added by itself" in told.stderr
    assert not Path(home.environment["SLEEVE_HOME"]).exists()


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("subsonic://me:s3cret@nas", "a password in an address can be read by everyone on this machine"),
        ("subsonic://me@nas", "set SLEEVE_SUBSONIC_PASSWORD to the password for subsonic://nas"),
        ("subsonic://nas", "subsonic://nas names no user; write USER@ before the host"),
        ("subsonic://me@", "this is not the address of a music server; write subsonics://USER@HOST"),
    ],
)
def test_without_a_way_to_log_in_nothing_is_asked_or_made(home: CommandHome, address: str, line: str) -> None:
    told = home.sleeve("add", address, code=1)
    assert told.stderr.startswith(f"sleeve: {line}")
    assert len(told.stderr.splitlines()) == 1
    assert "s3cret" not in told.stderr
    assert not Path(home.environment["SLEEVE_HOME"]).exists()


def test_a_key_in_place_of_a_user(home: CommandHome, server: StandIn) -> None:
    server.takes_keys = True
    home = with_settings(home, SLEEVE_SUBSONIC_API_KEY=API_KEY)
    added = home.json("add", server.address.replace("me@", ""))
    assert (added["added"], added["files"]) == (2, 2)
    assert all("u" not in form for _, form in server.asked)


def test_genres_may_be_left_out(home: CommandHome, server: StandIn) -> None:
    home = with_settings(home, SLEEVE_SUBSONIC_PASSWORD=PASSWORD)
    home.sleeve("add", server.address, "--genre-from", "none")
    albums = home.json("find", "blue")["albums"]
    assert [(one["title"], one["genres"]) for one in albums] == [("Blue 1", []), ("Blue 2", [])]


if sys.platform != "win32":
    from termios import ECHO, tcgetattr

    @pytest.mark.slow
    def test_the_password_is_asked_for_and_not_shown(home: CommandHome, server: StandIn) -> None:
        ours, its = os.openpty()
        process = subprocess.Popen(
            [SLEEVE, "add", server.address],
            env=dict(home.environment),
            cwd=home.folder,
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        shown = b""
        try:
            for _ in range(TRIES):
                if select([ours], [], [], 0.5)[0]:
                    shown += os.read(ours, 4096)
                elif process.poll() is not None:
                    break
                elif not server.asked and not tcgetattr(its)[3] & ECHO:
                    os.write(ours, f"{PASSWORD}\n".encode())
            assert process.wait(timeout=1) == 0
        finally:
            process.kill()
            process.wait(timeout=10)
            os.close(its)
            os.close(ours)
        assert f"Password for subsonic://127.0.0.1:{server.port}: ".encode() in shown
        assert b"2 added" in shown
        assert PASSWORD.encode() not in shown
        assert all("p" not in form for _, form in server.asked)
