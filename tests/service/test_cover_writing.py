"""Writing covers into and next to music files, and undoing that, whatever happened in between."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.care import CoverChange, look, remedy
from indexer.images.audio.genre_writing import write_genres
from indexer.images.audio.picture_writing import read_front
from indexer.progress import Silent
from service.actions import cover_writing
from service.actions.cover_writing import AS_BEFORE, CHANGED, SOURCE_CHANGED, undo
from sleeve.errors import OutputError, SourceError
from tests.indexer.care.libraries import jpeg, library, put, put_album
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS


def planned(root: Path) -> list[CoverChange]:
    source = library(root)
    return [one for album in source.albums() for one in remedy(look(source, album), source.around(album))]


def write(root: Path, changes: list[CoverChange] | None = None) -> tuple[Path, dict[str, str]]:
    """The journal, and each file with the note of its change."""
    changes = planned(root / "music") if changes is None else changes
    journal, done = cover_writing.write(changes, root / "journals", Silent())
    return journal, {str(one.file.relative_to(root / "music")): one.note for one in done}


def undone(root: Path, journal: Path) -> dict[str, str]:
    return {str(one.file.relative_to(root / "music")): one.note for one in undo(journal)}


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Two tracks with a small picture, a small cover file, and a larger scan."""
    folder = put_album(tmp_path / "music/a", inside=jpeg(1, 240))
    put(folder / "cover.jpg", jpeg(1, 250))
    put(folder / "Scans/front.jpg", jpeg(1, 900))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
@pytest.mark.parametrize("inside", [None, jpeg(1, 240)], ids=["bare", "small"])
def test_every_format_is_written_and_undone_to_the_last_byte(tmp_path: Path, kind: str, inside: bytes | None) -> None:
    folder = put_album(tmp_path / "music/a", inside=inside, kind=kind)
    put(folder / "Scans/front.jpg", jpeg(1, 900))
    before = contents(tmp_path / "music")
    journal, notes = write(tmp_path)
    assert notes == {"a/cover.jpg": "", f"a/1.{kind}": "", f"a/2.{kind}": ""}
    assert (folder / "cover.jpg").read_bytes() == read_front(folder / f"2.{kind}") == jpeg(1, 900)
    assert planned(tmp_path / "music") == []
    assert undone(tmp_path, journal) == notes
    assert contents(tmp_path / "music") == before
    assert set(undone(tmp_path, journal).values()) == {AS_BEFORE}


def test_the_journal_keeps_what_was_replaced_and_not_what_is_new(tmp_path: Path, album: Path) -> None:
    journal, _ = write(tmp_path)
    assert journal.stat().st_size < 3 * 2 * len(jpeg(1, 250))
    assert len(jpeg(1, 900)) > 3 * len(jpeg(1, 250))


def test_what_changed_since_the_plan_is_not_overwritten(tmp_path: Path, album: Path) -> None:
    changes = planned(tmp_path / "music")
    put(album / "cover.jpg", jpeg(5, 800))
    put_album(album, inside=jpeg(6, 240), tracks=1)
    before = contents(tmp_path / "music")
    _, notes = write(tmp_path, changes)
    assert notes == {"a/cover.jpg": CHANGED, "a/1.flac": CHANGED, "a/2.flac": ""}
    after = contents(tmp_path / "music")
    assert {name for name in before if before[name] != after[name]} == {"a/2.flac"}


def test_a_picture_that_changed_since_the_plan_is_not_taken(tmp_path: Path, album: Path) -> None:
    changes = planned(tmp_path / "music")
    put(album / "Scans/front.jpg", jpeg(1, 901))
    before = contents(tmp_path / "music")
    _, notes = write(tmp_path, changes)
    assert set(notes.values()) == {SOURCE_CHANGED}
    assert contents(tmp_path / "music") == before


def test_a_file_that_came_in_between_stays(tmp_path: Path, album: Path) -> None:
    (album / "cover.jpg").unlink()
    changes = planned(tmp_path / "music")
    put(album / "cover.jpg", b"mine")
    _, notes = write(tmp_path, changes)
    assert notes["a/cover.jpg"] == "there is a file of this name by now"
    assert (album / "cover.jpg").read_bytes() == b"mine"


def test_only_what_sleeve_wrote_is_deleted(tmp_path: Path, album: Path) -> None:
    (album / "cover.jpg").unlink()
    journal, _ = write(tmp_path)
    written = (album / "cover.jpg").read_bytes()
    put(album / "cover.jpg", b"mine")
    assert undone(tmp_path, journal)["a/cover.jpg"] == CHANGED
    assert (album / "cover.jpg").read_bytes() == b"mine"
    (album / "cover.jpg").unlink()
    (album / "cover.jpg").symlink_to(put(tmp_path / "elsewhere.jpg", written))
    assert undone(tmp_path, journal)["a/cover.jpg"] == CHANGED
    assert (tmp_path / "elsewhere.jpg").exists()


def test_what_changed_since_it_was_written_is_not_undone(tmp_path: Path, album: Path) -> None:
    journal, _ = write(tmp_path)
    put(album / "cover.jpg", jpeg(5, 800))
    put_album(album, inside=jpeg(6, 240), tracks=1)
    (album / "2.flac").unlink()
    before = contents(tmp_path / "music")
    assert undone(tmp_path, journal) == {
        "a/2.flac": "No such file or directory",
        "a/1.flac": CHANGED,
        "a/cover.jpg": CHANGED,
    }
    assert contents(tmp_path / "music") == before


def test_a_genre_that_was_written_since_stays(tmp_path: Path) -> None:
    """Runs are undone in any order if they change other pieces; here the genre moves the picture."""
    folder = put_album(tmp_path / "music/a", inside=jpeg(1, 240), tracks=1, kind="mp3")
    put(folder / "cover.jpg", jpeg(1, 900))
    before = contents(tmp_path / "music")
    journal, _ = write(tmp_path)
    with_picture = (folder / "1.mp3").read_bytes()
    write_genres(folder / "1.mp3", ["jazz"])
    changed = (folder / "1.mp3").read_bytes()
    note = undone(tmp_path, journal)["a/1.mp3"]
    assert note in {"", CHANGED}
    assert ((folder / "1.mp3").read_bytes() == changed) == (note == CHANGED)
    put(folder / "1.mp3", with_picture)
    assert undone(tmp_path, journal)["a/1.mp3"] == ""
    assert contents(tmp_path / "music") == before


def test_links_are_left(tmp_path: Path, album: Path) -> None:
    for name in ("cover.jpg", "1.flac"):
        (album / name).rename(tmp_path / name)
        (album / name).symlink_to(tmp_path / name)
    before = contents(tmp_path)
    _, notes = write(tmp_path)
    assert notes == {"a/cover.jpg": "it is a link", "a/1.flac": "it is a link", "a/2.flac": ""}
    after = contents(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"music/a/2.flac"}
    (album / "cover.jpg").unlink()
    (album / "cover.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert write(tmp_path)[1]["a/cover.jpg"] == "it is a link"


def test_a_folder_that_cannot_be_written_and_a_full_disk_have_a_line_each(
    tmp_path: Path, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on with what can be written, and nothing is left behind."""
    put(put_album(tmp_path / "music/b", "Second Winter", artist="Other") / "cover.jpg", jpeg(3))
    changes = planned(tmp_path / "music")
    before = contents(tmp_path / "music")
    replace = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if target.name == "cover.jpg":
            raise PermissionError(13, "Permission denied")
        if target == album / "1.flac":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    _, notes = write(tmp_path, changes)
    assert notes == {
        "a/cover.jpg": "Permission denied",
        "a/1.flac": "No space left on device",
        "a/2.flac": "",
        "b/1.flac": "",
        "b/2.flac": "",
    }
    after = contents(tmp_path / "music")
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {"a/2.flac", "b/1.flac", "b/2.flac"}


def test_nothing_is_changed_that_the_journal_has_no_room_for(
    tmp_path: Path, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [True, False, True]
    fsync = os.fsync

    def sometimes(handle: int) -> None:
        if full and Path(f"/proc/self/fd/{handle}").readlink().suffix == ".jsonl" and full.pop(0):
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", sometimes)
    before = contents(tmp_path / "music")
    journal, notes = write(tmp_path)
    refused = "the journal cannot be written: No space left on device"
    assert notes == {"a/cover.jpg": refused, "a/1.flac": "", "a/2.flac": refused}
    assert [json.loads(line)["file"] for line in journal.read_text().splitlines()] == [str(album / "1.flac")]
    assert undone(tmp_path, journal) == {"a/1.flac": ""}
    assert contents(tmp_path / "music") == before


def test_a_journal_that_cannot_be_made(tmp_path: Path, album: Path) -> None:
    put(tmp_path / "journals", b"a file")
    before = contents(tmp_path / "music")
    with pytest.raises(OutputError, match=r"the journal .* cannot be written"):
        write(tmp_path)
    assert contents(tmp_path / "music") == before


@pytest.mark.parametrize(
    "content",
    [
        '{"file": "x"}\n',
        '{"file": "x", "pieces": [[0, 1, "a"]], "size_bytes": 1}\n',
        '{"file": "x", "before": []}\n',
        "x",
    ],
)
def test_what_is_no_journal_is_refused(tmp_path: Path, content: str) -> None:
    put(tmp_path / "journal", content.encode())
    with pytest.raises(SourceError, match="is not a journal of `sleeve covers`"):
        undo(tmp_path / "journal")


def test_what_a_killed_run_left_is_tidied_up(tmp_path: Path, album: Path) -> None:
    left = put(album / f".{'0f' * 16}.part", b"half")
    own = put(album / ".something.part", b"mine")
    journal, _ = write(tmp_path)
    assert (left.exists(), own.exists()) == (False, True)
    put(left, b"half")
    undo(journal)
    assert (left.exists(), own.exists()) == (False, True)


def test_a_change_that_was_noted_and_not_made(tmp_path: Path, album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the journal and the file; the journal itself may be cut off, too."""
    before = contents(tmp_path / "music")
    monkeypatch.setattr(Path, "replace", _nothing)
    (album / "cover.jpg").unlink()
    journal, _ = write(tmp_path)
    monkeypatch.undo()
    put(album / "cover.jpg", before["a/cover.jpg"]).unlink()
    with journal.open("ab") as file:
        file.write(b'{"file": "/music/2.flac", "siz')
    assert undone(tmp_path, journal) == dict.fromkeys(("a/2.flac", "a/1.flac", "a/cover.jpg"), AS_BEFORE)


def _nothing(path: Path, _target: Path) -> Path:
    raise OSError(5, "killed")


def test_hashes_are_of_whole_pictures(tmp_path: Path, album: Path) -> None:
    [cover, *tracks] = planned(tmp_path / "music")
    assert cover.before == sha256(jpeg(1, 250)).hexdigest()
    assert {track.before for track in tracks} == {sha256(jpeg(1, 240)).hexdigest()}
    assert {one.source_hash for one in (cover, *tracks)} == {sha256(jpeg(1, 900)).hexdigest()}
