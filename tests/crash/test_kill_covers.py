"""kill -9 at random moments of ``sleeve covers``: every file is the old one or the new one, and undo gives all back."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_home import CommandHome
from tests.indexer.care.libraries import jpeg, put, put_album
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS

ALBUMS = 32


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_every_file_is_whole(make_home: Callable[[Path, str], CommandHome], tmp_path: Path, rounds: int) -> None:
    home, kinds = make_home(tmp_path, "sqlite"), (*FORMATS, *READ_FORMATS)
    for number in range(ALBUMS):
        inside = jpeg(number, 200) if number % 2 else None
        folder = put_album(tmp_path / f"music/{number}", f"{number} songs", inside=inside, kind=kinds[number % 16])
        put(folder / "Scans/front.jpg", jpeg(number, 900))
        if number % 3:
            put(folder / "cover.jpg", jpeg(number, 300))
    before = contents(tmp_path / "music")
    started = time.monotonic()
    whole = home.json("covers", "music", "--fix", "--write")
    took_s = time.monotonic() - started
    after = contents(tmp_path / "music")
    assert [one["note"] for one in whole["changes"]] == [""] * (3 * ALBUMS)
    started = time.monotonic()
    home.sleeve("covers", "--undo", whole["journal"])
    undo_s = time.monotonic() - started
    assert contents(tmp_path / "music") == before

    moments, killed = random.Random(5), 0
    journals = tmp_path / "home/journals"
    for _ in range(rounds):
        known = set(journals.iterdir())
        killed += _killed(home, ("covers", "music", "--fix", "--write"), moments.uniform(0.3, 0.8) * took_s)
        assert _are_old_or_new(tmp_path / "music", before, after)
        for journal in set(journals.iterdir()) - known:
            killed += _killed(home, ("covers", "--undo", journal), moments.uniform(0.3, 0.8) * undo_s)
            assert _are_old_or_new(tmp_path / "music", before, after)
            home.sleeve("covers", "--undo", journal)
        assert _parts_left_out(contents(tmp_path / "music")) == before
    assert killed >= rounds // 2, "most kills came too late to disturb anything"
    done = home.json("covers", "music", "--fix", "--write")
    assert contents(tmp_path / "music") == after, "half-written files are gone, too"
    home.sleeve("covers", "--undo", done["journal"])
    assert contents(tmp_path / "music") == before


def _killed(home: CommandHome, arguments: tuple[object, ...], after_s: float) -> bool:
    with home.start(*arguments) as process:
        time.sleep(after_s)
        is_running = process.poll() is None
        process.kill()
        process.communicate()
    return is_running


def _are_old_or_new(folder: Path, before: dict[Path, bytes], after: dict[Path, bytes]) -> bool:
    found = _parts_left_out(contents(folder))
    return (
        all(data in (before.get(path), after.get(path)) for path, data in found.items())
        and before.keys() <= found.keys()
    )


def _parts_left_out(found: dict[Path, bytes]) -> dict[Path, bytes]:
    return {path: data for path, data in found.items() if path.suffix != ".part"}
