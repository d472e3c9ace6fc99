from pathlib import Path

import pytest

from indexer.care import problems_of
from tests.indexer.care.libraries import art_of, jpeg, put, put_album


def said(root: Path) -> list[tuple[str, str, str]]:
    """The kind, the name of the file and the detail of each problem."""
    return [(str(one.kind), one.path.name, one.detail) for one in problems_of(art_of(root))]


def test_an_album_with_nothing_wrong(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1, 500))
    put(tmp_path / "a/cover.jpg", jpeg(1, 600))
    assert said(tmp_path) == []


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    album = put_album(tmp_path / "a", tracks=3)
    assert said(tmp_path) == [("missing", "a", "neither a file nor a picture in its tracks")]
    put(album / "cover.jpg", jpeg(1))
    assert said(tmp_path) == [("missing", "a", "no picture in 3 of 3 tracks")]
    (album / "cover.jpg").unlink()
    put_album(album, inside=jpeg(1), tracks=1)
    assert said(tmp_path) == [("missing", "a", "no cover file"), ("missing", "a", "no picture in 2 of 3 tracks")]


@pytest.mark.parametrize(
    ("size", "kind"), [((499, 499), "small"), ((500, 500), ""), ((500, 550), ""), ((500, 560), "not square")]
)
def test_sizes(tmp_path: Path, size: tuple[int, int], kind: str) -> None:
    put_album(tmp_path / "a", inside=jpeg(1))
    put(tmp_path / "a/cover.jpg", jpeg(1, size))
    assert said(tmp_path) == ([(kind, "cover.jpg", "")] if kind else [])
    [*problems] = problems_of(art_of(tmp_path))
    assert [one.size_px for one in problems] == [size for _ in problems]


def test_a_damaged_cover_and_what_is_wrong_with_the_next(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1, 300))
    put(tmp_path / "a/cover.jpg", jpeg(1)[:2000])
    put(tmp_path / "a/folder.jpg", jpeg(1, 200))
    kinds = said(tmp_path)
    assert [(kind, name) for kind, name, _ in kinds] == [
        ("small", "folder.jpg"),
        ("small", "front"),
        ("damaged", "cover.jpg"),
        ("several files", "a"),
    ]
    assert kinds[2][2].startswith("truncated image")
    assert kinds[1][2] == "in 2 of 2 tracks"
    assert kinds[3][2] == "cover.jpg, folder.jpg"


def test_tracks_that_show_another_artwork(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(2))
    put(tmp_path / "a/cover.jpg", jpeg(1))
    assert said(tmp_path) == [("another artwork", "front", "in 2 of 2 tracks")]


def test_scans_in_their_own_folder_are_not_several_files(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1))
    put(tmp_path / "a/cover.jpg", jpeg(1))
    put(tmp_path / "a/Scans/front.jpg", jpeg(1, 1200))
    assert said(tmp_path) == []
