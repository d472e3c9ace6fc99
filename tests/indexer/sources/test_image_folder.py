"""Folders with a table called ``metadata``, as Hugging Face writes them, and names that stand for many shards."""

import json
from pathlib import Path
from typing import Any

import pytest

from db.records import CoverFile, OtherFiles, RejectedFile
from indexer.sources import GenreFrom, open_source
from indexer.sources.shards import shards
from sleeve.errors import SourceError
from sleeve.vocabulary import Rejection


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\xff\xd8\xff")


def offers(folder: Path, genre_from: GenreFrom | None = None) -> dict[str, Any]:
    items = [item for item in open_source(folder, genre_from) if isinstance(item, CoverFile | RejectedFile)]
    assert len({str(item.path) for item in items}) == len(items)
    return {str(Path(item.path).relative_to(folder)): item for item in items}


def test_a_table_describes_the_pictures_and_the_others_are_offered_too(tmp_path: Path) -> None:
    touch(tmp_path, "train/a.jpg", "train/jazz/b.jpg", "train/unlisted.jpg", "test/c.jpg")
    (tmp_path / "train/metadata.csv").write_text("file_name,artist,genre\na.jpg,A,soul\njazz/b.jpg,B,\n")
    (tmp_path / "test/metadata.jsonl").write_text('{"file_name": "c.jpg", "album": "C"}\n')
    found = offers(tmp_path)
    assert {name: (item.artist, item.title, item.genres) for name, item in found.items()} == {
        "train/a.jpg": ("A", None, ("soul",)),
        "train/jazz/b.jpg": ("B", None, ()),
        "train/unlisted.jpg": (None, None, ()),
        "test/c.jpg": (None, "C", ()),
    }
    kinds = [(item.kind, item.files) for item in open_source(tmp_path) if isinstance(item, OtherFiles)]
    assert kinds == [("files read for what they say of a cover", 1)] * 2
    assert offers(tmp_path, GenreFrom.FOLDER)["train/a.jpg"].artist is None


def test_folders_called_like_genres_still_say_them(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.jpg", "rock/b.jpg")
    (tmp_path / "metadata.csv").write_text("file_name,artist\njazz/a.jpg,A\nrock/b.jpg,B\nrock/gone.jpg,C\n")
    found = offers(tmp_path)
    assert [(item.artist, item.genres) for item in found.values()] == [("A", ("jazz",)), ("B", ("rock",)), ("C", ())]


def test_a_picture_that_two_tables_describe_is_as_the_first_says(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "metadata.csv").write_text("file_name,artist\na.jpg,A\n")
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.jpg", "artist": "B"}\n')
    first, second = (item for item in open_source(tmp_path) if isinstance(item, CoverFile | RejectedFile))
    assert isinstance(first, CoverFile)
    assert first.artist == "A"
    assert isinstance(second, RejectedFile)
    assert second.file == f"{tmp_path / 'metadata.jsonl'}: a.jpg"
    assert (second.reason, second.detail) == (Rejection.BAD_RECORD, "an earlier table describes this picture")


def test_another_table_of_that_name_is_only_a_table(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.jpg")
    (tmp_path / "metadata.csv").write_text("name,value\nx,1\n")
    (tmp_path / "jazz/metadata.parquet").write_bytes(b"no parquet")
    (tmp_path / "jazz/metadata.jsonl").write_text(json.dumps({"file": "a.jpg"}))
    assert list(offers(tmp_path)) == ["jazz/a.jpg"]
    assert sum(item.files for item in open_source(tmp_path) if isinstance(item, OtherFiles)) == 3


def test_a_range_stands_for_many_shards(tmp_path: Path) -> None:
    assert shards(tmp_path / "s-{008..010}.tar") == [tmp_path / f"s-{number}.tar" for number in ("008", "009", "010")]
    assert shards(Path("s-{9..10}.tar")) == [Path("s-9.tar"), Path("s-10.tar")]
    assert shards(Path("plain.tar")) == [Path("plain.tar")]
    (tmp_path / "{0..9}.tar").touch()
    assert shards(tmp_path / "{0..9}.tar") == [tmp_path / "{0..9}.tar"]
    for wrong in ("s-{2..1}.tar", "s-{0..999999}.tar"):
        with pytest.raises(SourceError, match="names no file"):
            shards(Path(wrong))
