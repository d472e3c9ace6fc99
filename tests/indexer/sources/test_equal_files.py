"""A placeholder in thousands of albums: the work of adding grows with the files, not with their square."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from db import registration, statements
from db.database import Database
from db.tables import Base, Cover
from indexer.sources import adding, open_source
from indexer.sources.adding import add_source
from tests.factories import write_cover

FILES = 160
"""More than equal covers are compared, in batches of 16."""


class Work:
    """Counts the statements, the rows that are loaded, and the comparisons of what is said of two covers."""

    def __init__(self, database: Database, patched: pytest.MonkeyPatch) -> None:
        self.counted: Counter[str] = Counter()
        self.database = database
        event.listen(database.engine, "before_cursor_execute", lambda *_: self.counted.update(["statements"]))
        for module in (registration, statements):
            same_album = module.same_album

            def compare(*said: Any, same_album: Any = same_album) -> Any:
                self.counted["comparisons"] += 1
                return same_album(*said)

            patched.setattr(module, "same_album", compare)

    def of(self, source: Path) -> Counter[str]:
        def loaded(*_: Any) -> None:
            self.counted["rows"] += 1

        self.counted.clear()
        event.listen(Base, "load", loaded, propagate=True)
        try:
            add_source(self.database, open_source(source), threads=1)
        finally:
            event.remove(Base, "load", loaded)
        return self.counted.copy()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "table"])
def test_equal_files_are_added_with_work_that_grows_with_their_number(
    database: Database, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH_FILES", 16)
    work = Work(database, monkeypatch)
    done = []
    for files in (FILES, 2 * FILES):
        folder = tmp_path / f"{files}"
        image = write_cover(folder / "rock/0.png", seed=files, size_px=32).read_bytes()
        rows = ["file,artist,album", "rock/0.png,Artist 0,Title 0"]
        for number in range(1, files):
            (folder / f"rock/{number}.png").write_bytes(image)
            rows.append(f"rock/{number}.png,Artist {number},Title {number}")
        (folder / "table.csv").write_text("\n".join(rows))
        source = folder / "table.csv" if kind == "table" else folder
        done.append((work.of(source), work.of(source)))
    with database.reading() as session:
        covers = len(session.scalars(select(Cover.id)).all())
    assert covers == (3 * FILES if kind == "table" else 2)
    for half, whole in zip(*done, strict=True):
        for what, amount in whole.items():
            assert amount <= 2.3 * half[what] + 20, (what, half, whole)


def test_equal_files_of_two_genres_are_one_album_if_their_name_tells_which(database: Database, tmp_path: Path) -> None:
    """A placeholder has a name that suits any album; an album that is listed twice has its own."""
    names = ("Blue Train", "no-cover", "cover (1)", "IMG_2041", "scan0001")
    for seed, name in enumerate(names):
        image = write_cover(tmp_path / f"jazz/{name}.png", seed=seed, size_px=64).read_bytes()
        (tmp_path / "metal").mkdir(exist_ok=True)
        (tmp_path / f"metal/{name}.png").write_bytes(image)
    add_source(database, open_source(tmp_path), threads=1)
    with database.reading() as session:
        found = [
            (Path(one.path).stem, {label.genre.name for label in one.album.labels})
            for one in session.scalars(select(Cover))
        ]
    apart = [(name, {genre}) for name in names[1:] for genre in ("jazz", "metal")]
    assert sorted(found, key=str) == sorted([("Blue Train", {"jazz", "metal"}), *apart], key=str)
