"""URLs of object storage as paths; no storage is asked."""

import os
from pathlib import Path, PureWindowsPath

import pytest

from indexer.images.storage import Copies, Folder, ObjectError, ObjectPath, is_object, located, use
from indexer.images.storage.tree import Entry
from indexer.sources.file_names import absolute, unusable
from sleeve.errors import SourceError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://covers/jazz/a b.jpg", "s3://covers/jazz/a b.jpg"),
        ("S3://covers/jazz/", "s3://covers/jazz"),
        ("gs://covers", "gs://covers"),
        ("az://covers/ü?#%20.jpg", "az://covers/ü?#%20.jpg"),
        (Path("s3://covers/jazz"), "s3://covers/jazz"),
        (PureWindowsPath("s3://covers/jazz"), "s3://covers/jazz"),
    ],
)
def test_a_url_of_an_object_is_a_path_with_the_url_as_its_text(text: str | Path, url: str) -> None:
    path = located(text)
    assert isinstance(path, ObjectPath)
    assert str(path) == os.fspath(path) == url
    assert str(path / "x.zip" / "1.jpg") == f"{url}/x.zip/1.jpg"
    assert absolute(path) is path
    assert located(path) is path
    assert unusable(path) is None
    assert located(str(path)) == path


@pytest.mark.parametrize("text", ["/music/s3:/x.jpg", "http://covers/a.jpg", "s3", "a/s3://b", "ss3://b"])
def test_other_texts_are_files(text: str) -> None:
    assert not is_object(text)
    assert not isinstance(located(text), ObjectPath)


@pytest.mark.parametrize("text", ["s3://", "s3://covers//a.jpg", "gs://covers/../a", "az://covers/./a", "s3://b/a\nb"])
def test_a_key_that_no_path_can_name_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="names no object"):
        located(text)


def test_a_table_names_objects_in_its_bucket_only() -> None:
    folder = located("s3://covers/sets/one")
    assert isinstance(folder, ObjectPath)
    assert str(folder.inside("a.jpg")) == "s3://covers/sets/one/a.jpg"
    assert str(folder.inside("./b/../../two\\a.jpg")) == "s3://covers/sets/two/a.jpg"
    assert str(folder.inside("s3://other/a.jpg")) == "s3://other/a.jpg"
    for name in ("../../../a.jpg", "/a.jpg", "a//b.jpg"):
        with pytest.raises(SourceError):
            folder.inside(name)


def test_a_listing_says_what_is_there_what_is_not_and_what_it_does_not_know() -> None:
    folder = located("s3://covers/music")
    assert isinstance(folder, ObjectPath)
    jazz, faulty = Folder({"a.jpg": Entry(1, "v")}), Folder(fault="a key")
    folder.below = Folder(folders={"jazz": jazz, "odd": faulty})

    def look_up(name: str) -> ObjectPath | None:
        return folder.look_up(folder / name)

    found = look_up("jazz/a.jpg")
    assert found is not None
    assert found.entry == Entry(1, "v")
    assert look_up("jazz/b.jpg") is None
    assert look_up("soul/a.jpg") is None
    unknown = look_up("odd/a.jpg")
    assert unknown is not None
    assert unknown.entry is None


def test_a_copy_is_of_one_version_and_whole(tmp_path: Path) -> None:
    copies = Copies(tmp_path, 1000)
    first, second = "1" * 32, "2" * 32
    assert copies.of("s3://b/a") is None
    kept = copies.keep("s3://b/a", first, 4, [b"ab", b"cd"])
    assert copies.of("s3://b/a") == copies.of("s3://b/a", first) == kept
    assert kept.path.read_bytes() == b"abcd"
    assert copies.of("s3://b/a", second) is None
    assert copies.of("s3://b/b") is None
    with pytest.raises(ObjectError, match="3 of 4 bytes came"):
        copies.keep("s3://b/a", second, 4, [b"abc"])
    assert copies.of("s3://b/a") == kept
    newer = copies.keep("s3://b/a", second, 1, [b"x"])
    assert copies.of("s3://b/a") == newer
    assert [path.read_bytes() for path in tmp_path.rglob("*-*")] == [b"x"]


def test_objects_are_only_read(tmp_path: Path) -> None:
    use(Copies(tmp_path, 1000))
    with pytest.raises(OSError, match="only read"):
        located("s3://covers/a.jpg").open("wb")
