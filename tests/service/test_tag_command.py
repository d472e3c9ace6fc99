"""``sleeve tag`` on a library whose genres are colours."""

import json
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from indexer.images.audio.genre_writing import read_genres, write_genres
from service.actions.tagging import GenreChange, undo, write
from sleeve.errors import OutputError, SourceError
from tests.command_home import CommandHome
from tests.factories import write_tinted
from tests.indexer.images.audio.recordings import FORMATS, write_track

TINTS = {"blues": (60, 80, 190), "metal": (40, 40, 40), "reggae": (190, 160, 50)}


@pytest.fixture
def library(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> CommandHome:
    home = make_home(tmp_path, "sqlite")
    for number, (genre, tint) in enumerate(TINTS.items()):
        for n in range(12):
            name = f"{genre}/{n}"
            write_tinted(tmp_path / f"music/{name}/cover.png", number * 100 + n, tint)
            genres = () if n == 0 else (genre,)
            kind = FORMATS[n % 6]
            write_track(tmp_path / f"music/{name}/1.{kind}", album=name, artist=f"artist {name}", genres=genres)
    assert home.json("add", "music", "--genre-from", "tags")["added"] == 36
    home.sleeve("index")
    home.sleeve("train", "--head-only")
    return home


def test_a_genre_is_shown_then_written_then_undone(library: CommandHome) -> None:
    tracks = {genre: library.folder / f"music/{genre}/0/1.flac" for genre in TINTS}
    before = {genre: track.read_bytes() for genre, track in tracks.items()}
    result = library.json("tag", "music", "--genre")
    assert not result["written"]
    assert result["journal"] is None
    planned = {file["file"]: file["after"] for file in result["files"] if not file["note"]}
    assert planned == {str(track): [genre] for genre, track in tracks.items()}
    assert {track.read_bytes() for track in tracks.values()} == set(before.values())
    assert "Nothing was written" in library.sleeve("tag", "music", "--genre").stderr

    written = library.json("tag", "music", "--genre", "--write")
    assert {genre: read_genres(track) for genre, track in tracks.items()} == {genre: (genre,) for genre in TINTS}
    journal = Path(written["journal"])
    assert journal.parent == library.folder / "home/journals"
    assert len(journal.read_text().splitlines()) == 3
    again = library.json("tag", "music", "--genre", "--write")
    assert (again["journal"], [file for file in again["files"] if not file["note"]]) == (None, [])

    write_genres(tracks["metal"], ["my own"])
    undone = library.json("tag", "--undo", journal, code=1)
    assert {Path(file["file"]).parts[-3]: file["note"] for file in undone["files"]} == {
        "blues": "",
        "metal": "its genre was changed since",
        "reggae": "",
    }
    assert [read_genres(track) for track in tracks.values()] == [(), ("my own",), ()]
    assert [tracks[genre].read_bytes() == before[genre] for genre in ("blues", "reggae")] == [True, True]
    write_genres(tracks["metal"], ["metal"])
    again = library.json("tag", "--undo", journal)
    assert {file["note"] for file in again["files"]} == {"", "it is as it was before"}
    assert {genre: track.read_bytes() for genre, track in tracks.items()} == before


def test_what_cannot_be_tagged_is_said(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    write_track(tmp_path / "more/1.flac", album="not added")
    (tmp_path / "more/bad.mp3").write_bytes(b"nothing")
    [file] = home.json("tag", "more", "--genre", "--write")["files"]
    assert "not in the catalogue" in file["note"]
    for code, arguments, line in (
        (2, ("tag", "more"), "name a music library and --genre"),
        (1, ("tag", "nowhere", "--genre"), "nowhere does not exist"),
        (2, ("tag", "more", "--undo", "x"), "--undo goes alone"),
    ):
        result = home.sleeve(*arguments, code=code)
        assert line in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("content", ["no json", "[]", '{"file": "x"}', '{"file": 1, "before": [], "after": []}'])
def test_what_is_no_journal_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "journal").write_text(content)
    with pytest.raises(SourceError, match="is not a journal"):
        undo(tmp_path / "journal")


def test_a_journal_takes_no_files_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file has the name of the journal: neither it nor the music is touched."""

    class At(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "At":
            return cls(2026, 1, 2, 3, 4, 5, 6, tz)

    monkeypatch.setattr("service.actions.journal.datetime", At)
    track = write_track(tmp_path / "1.flac", album="A", artist="B", genres=())
    own = tmp_path / "journals" / "tag-20260102-030405-000006.jsonl"
    own.parent.mkdir()
    own.write_text("the user's")
    before = track.read_bytes()
    with pytest.raises(OutputError, match=r"the journal .* cannot be written: File exists"):
        write([GenreChange(track, (), ("jazz",))], own.parent)
    assert (own.read_text(), track.read_bytes()) == ("the user's", before)


def test_a_journal_that_was_cut_off_undoes_what_it_has(tmp_path: Path) -> None:
    """Killed while a line was written: its file is as it was."""
    track = write_track(tmp_path / "1.flac", album="A", artist="B", genres=())
    before = track.read_bytes()
    journal, _ = write([GenreChange(track, (), ("jazz",))], tmp_path / "journals")
    with journal.open("ab") as file:
        file.write(b'{"file": "/music/2.flac", "bef')
    [change] = undo(journal)
    assert (change.note, track.read_bytes()) == ("", before)


def test_a_journal_of_files_that_are_gone(tmp_path: Path) -> None:
    gone = {"file": str(tmp_path / "gone.flac"), "before": [], "after": ["x"]}
    (tmp_path / "journal").write_text(json.dumps(gone))
    [change] = undo(tmp_path / "journal")
    assert change.note == "missing file"
    with pytest.raises(SourceError, match="cannot be read"):
        undo(tmp_path / "nowhere")
