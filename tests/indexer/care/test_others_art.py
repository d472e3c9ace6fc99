from pathlib import Path

import pytest

from db.letters import letters
from indexer.care import Foreign, albums_with_one_art, fingerprint_of, foreign_art, has_other_artwork, look
from indexer.care.others_art import Fingerprint
from tests.indexer.care.libraries import jpeg, library, put, put_album


def fingerprints(root: Path) -> list[Fingerprint]:
    source = library(root)
    found = [look(source, album) for album in source.albums()]
    made = [fingerprint_of(art, has_other_artwork(art)) for art in found]
    return [one for one in made if one is not None]


def never(_: Path) -> str:
    raise AssertionError("nothing needs to be read")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three albums; the second has the art of the first, in another size, and its own in its tracks."""
    named = (("Quiet Harbour", "Ada Quartet"), ("Second Winter", "Los Nubes"), ("Night Orchard", "The Brick"))
    for number, (title, artist) in enumerate(named):
        album = put_album(tmp_path / str(number), title, inside=jpeg(number), artist=artist)
        put(album / "cover.jpg", jpeg(0 if number == 1 else number, 800 if number == 1 else 600))
    return tmp_path


def test_the_album_that_has_another_picture_too_is_the_wrong_one(root: Path) -> None:
    fronts = fingerprints(root)
    assert albums_with_one_art(fronts) == [(0, 1)]
    assert foreign_art(fronts[0], fronts[1], never) == (
        None,
        Foreign(True, "of Ada Quartet - Quiet Harbour: it also has another picture"),
    )
    assert foreign_art(fronts[1], fronts[0], never)[1] is None


@pytest.mark.parametrize(
    ("words", "verdicts"),
    [
        ("ADA QUARTET\nQUIET HARB0UR", (None, True)),
        ("second winter", (True, None)),
        ("quiet harbour and second winter", (False, False)),
        ("", (False, False)),
    ],
)
def test_the_words_on_it_decide(root: Path, words: str, verdicts: tuple[bool | None, bool | None]) -> None:
    put_album(root / "1", "Second Winter", inside=jpeg(0), artist="Los Nubes")
    fronts = fingerprints(root)
    found = foreign_art(fronts[0], fronts[1], lambda _: letters(words))
    assert tuple(None if one is None else one.is_sure for one in found) == verdicts


def test_editions_and_placeholders(tmp_path: Path) -> None:
    """An edition has its album's art by right. Of many albums with one placeholder, each is compared with a few."""
    for number, title in enumerate(("Quiet Harbour", "Quiet Harbour (Deluxe Edition)")):
        put(put_album(tmp_path / str(number), title) / "cover.jpg", jpeg(0))
    assert albums_with_one_art(fingerprints(tmp_path)) == []
    names = ("Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple")
    for name in names:
        put(put_album(tmp_path / name, name, tracks=1) / "cover.jpg", jpeg(7))
    pairs = albums_with_one_art(fingerprints(tmp_path))
    assert {place for pair in pairs for place in pair} == set(range(2, 12))
    assert len(pairs) <= 5 * len(names)


def test_nothing_is_compared_without_a_title_or_a_picture(tmp_path: Path) -> None:
    put_album(tmp_path / "a", "Quiet Harbour")
    assert fingerprints(tmp_path) == []
    assert albums_with_one_art([]) == []
