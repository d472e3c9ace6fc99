import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from indexer.care import CoverChange, as_cover, look, remedy
from indexer.care.remedy import MAX_SIDE_PX
from indexer.images.decoding import size_px
from sleeve.errors import FileRejectedError
from tests.indexer.artwork.artworks import artwork, bordered
from tests.indexer.care.libraries import jpeg, library, put, put_album


def mended(root: Path, *, is_foreign: bool = False) -> list[CoverChange]:
    source = library(root)
    [album] = source.albums()
    return remedy(look(source, album), source.around(album), is_foreign=is_foreign)


def planned(root: Path, *, is_foreign: bool = False) -> dict[str, str]:
    """File → what it gets, or why it gets nothing."""
    changes = mended(root, is_foreign=is_foreign)
    return {str(one.file.relative_to(root)): one.note or str((one.source or root).relative_to(root)) for one in changes}


def test_a_sound_album_is_left_alone(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1, 500))
    put(tmp_path / "a/cover.jpg", jpeg(1, 500))
    put(tmp_path / "a/Scans/front.jpg", jpeg(1, 1500))
    assert mended(tmp_path) == []


def test_the_largest_picture_of_the_same_artwork_is_taken(tmp_path: Path) -> None:
    """Not a larger one of another artwork, nor one with a border around it, nor a detail of it."""
    put_album(tmp_path / "a", inside=jpeg(1, 240), tracks=3)
    write = put(tmp_path / "a/cover.jpg", jpeg(1, 250))
    put(tmp_path / "a/Scans/front.jpg", jpeg(1, 900))
    put(tmp_path / "a/Scans/other.jpg", jpeg(2, 1500))
    bordered(artwork(1)).resize((1400, 1400)).save(tmp_path / "a/Scans/poster.png")
    artwork(1).crop((40, 40, 200, 200)).resize((1300, 1300)).save(tmp_path / "a/Scans/detail.png")
    with zipfile.ZipFile(tmp_path / "a/art.zip", "w") as archive:
        archive.writestr("cd/front.jpg", jpeg(1, 1100))
        archive.writestr("notes.txt", "nothing")
    changes = mended(tmp_path)
    assert [(one.file.name, one.before_px, one.size_px) for one in changes] == [
        ("cover.jpg", (250, 250), (1100, 1100)),
        *((f"{number}.flac", (240, 240), (1100, 1100)) for number in (1, 2, 3)),
    ]
    assert {one.source for one in changes} == {tmp_path / "a/art.zip/cd/front.jpg"}
    assert [one.is_track for one in changes] == [False, True, True, True]
    write.unlink()
    assert planned(tmp_path)["a/cover.jpg"] == "a/art.zip/cd/front.jpg"


def test_the_picture_in_the_tracks_becomes_the_file(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1, 600))
    assert planned(tmp_path) == {"a/cover.jpg": "a/1.flac/front"}
    put(tmp_path / "a/Cover.JPG", jpeg(1)[:3000])
    assert planned(tmp_path) == {"a/Cover.JPG": "a/1.flac/front"}
    [change] = mended(tmp_path)
    assert change.before is not None
    (tmp_path / "a/Cover.JPG").rename(tmp_path / "a/folder.jpg")
    [change] = mended(tmp_path)
    assert (change.file.name, change.before) == ("cover.jpg", None), "another name is not overwritten"


def test_what_cannot_be_mended_has_one_line(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(1, 240), tracks=4)
    put(tmp_path / "a/cover.jpg", jpeg(1, 250))
    put(tmp_path / "a/Scans/front.jpg", jpeg(2, 900))
    changes = planned(tmp_path)
    assert changes == {
        "a/1.flac": "a/cover.jpg",
        "a/2.flac": "a/cover.jpg",
        "a/3.flac": "a/cover.jpg",
        "a/4.flac": "a/cover.jpg",
        "a": "no larger picture of the same artwork was found",
    }
    bare = put_album(tmp_path / "b" / "c")
    assert planned(tmp_path / "b") == {"c": "there is no picture to begin with"}
    put(bare / "cover.jpg", b"\xff\xd8\xff\xe0 nothing")
    assert planned(tmp_path / "b") == {"c": "there is no picture to begin with"}


def test_tracks_with_another_artwork_keep_it(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(2, 300))
    put(tmp_path / "a/cover.jpg", jpeg(1, 700))
    assert planned(tmp_path) == {"a": "its tracks show another artwork than its cover"}


def test_another_albums_art_is_replaced_by_its_own(tmp_path: Path) -> None:
    put_album(tmp_path / "a", inside=jpeg(2, 400))
    put(tmp_path / "a/cover.jpg", jpeg(1, 700))
    put(tmp_path / "a/Scans/01.jpg", jpeg(2, 900))
    assert set(planned(tmp_path, is_foreign=True).values()) == {"a/Scans/01.jpg"}
    assert set(planned(tmp_path, is_foreign=True)) == {"a/cover.jpg", "a/1.flac", "a/2.flac"}
    put_album(tmp_path / "a", inside=jpeg(1, 400))
    assert planned(tmp_path, is_foreign=True) == {"a": "no picture of it shows its own artwork"}


def test_folders_of_several_albums_get_no_file(tmp_path: Path) -> None:
    put_album(tmp_path / "a", "Quiet Harbour", inside=jpeg(1, 600), tracks=1)
    put_album(tmp_path / "a", "Second Winter", inside=jpeg(2, 600), tracks=1, kind="mp3")
    source = library(tmp_path)
    assert [remedy(look(source, album), source.around(album)) for album in source.albums()] == [[], []]


def test_what_is_written_is_a_jpeg_that_every_player_shows() -> None:
    plain = jpeg(1, 900)
    assert as_cover(plain) == plain
    png, turned, large, cmyk = BytesIO(), BytesIO(), BytesIO(), BytesIO()
    artwork(1).resize((600, 500)).save(png, "PNG")
    exif = Image.Exif()
    exif[274] = 6
    artwork(1).resize((600, 500)).save(turned, "JPEG", exif=exif)
    artwork(1).resize((4000, 2000)).save(large, "JPEG")
    artwork(1).convert("CMYK").resize((600, 600)).save(cmyk, "JPEG")
    for made, size in ((png, (600, 500)), (turned, (500, 600)), (large, (MAX_SIDE_PX, 1500)), (cmyk, (600, 600))):
        data = as_cover(made.getvalue())
        assert size_px(data) == size
        assert Image.open(BytesIO(data)).mode == "RGB"
        assert as_cover(data) == data
    with pytest.raises(FileRejectedError):
        as_cover(b"nothing")
