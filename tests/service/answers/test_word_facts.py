"""What words mean besides names: genres, years, numbers and files."""

import pytest

from db.records import CatalogueFilter
from service.answers.word_facts import album_number, file_name, meaning_of, years_of

GENRES = ("hip-hop", "jazz", "metal", "black metal")


@pytest.mark.parametrize(
    ("word", "years"),
    [
        ("1991", (1991, 1991)),
        ("1955-1969", (1955, 1969)),
        ("1955:1969", (1955, 1969)),
        ("1955\u20131969", (1955, 1969)),
        ("1990s", (1990, 1999)),
        ("90s", (1990, 1999)),
        ("'30S", (1930, 1939)),
        ("20s", (2020, 2029)),
        ("1969-1955", None),
        ("1995s", None),
        ("91", None),
        ("19911", None),
        ("3001", None),
        ("blue", None),
        ("", None),
    ],
)
def test_years(word: str, years: tuple[int, int] | None) -> None:
    assert years_of(word) == years


@pytest.mark.parametrize(
    ("asked", "number"), [("12", 12), (" Album 12 ", 12), ("#7", 7), ("album", None), ("12 a", None), ("1" * 19, None)]
)
def test_numbers(asked: str, number: int | None) -> None:
    assert album_number(asked) == number


@pytest.mark.parametrize(
    ("asked", "is_file"),
    [
        ("gad_00745", True),
        ("blue train.JPG", True),
        ("blink-182", True),
        ("blue", False),
        ("1984", False),
        ("u2", False),
        ("blue 7 train", False),
    ],
)
def test_files(asked: str, is_file: bool) -> None:
    assert file_name(asked) == (asked if is_file else None)


@pytest.mark.parametrize(
    ("asked", "names", "genre", "years", "share"),
    [
        ("Metal 1991", (), "metal", (1991, 1991), 1),
        ("black metal", (), "black metal", (None, None), 1),
        ("hip hop 90s nas", ("nas",), "hip-hop", (1990, 1999), 9 / 12),
        ("blue 1957", ("blue",), None, (1957, 1957), 0.5),
        ("jazz metal", ("metal",), "jazz", (None, None), 4 / 9),
    ],
)
def test_meanings(
    asked: str, names: tuple[str, ...], genre: str | None, years: tuple[int | None, int | None], share: float
) -> None:
    meaning = meaning_of(asked.split(), GENRES, CatalogueFilter())
    assert meaning is not None
    assert (meaning.names, meaning.allowed.genre) == (names, genre)
    assert (meaning.allowed.year_from, meaning.allowed.year_to) == years
    assert meaning.share == pytest.approx(share)


def test_a_meaning_keeps_to_the_filter() -> None:
    assert meaning_of(["blue", "train"], GENRES, CatalogueFilter()) is None
    assert meaning_of(["jazz"], GENRES, CatalogueFilter(genre="metal")) is None
    assert meaning_of(["jazz"], GENRES, CatalogueFilter(without_genre=True)) is None
    within = meaning_of(["1990s"], GENRES, CatalogueFilter(year_from=1995, year_to=2005))
    assert within is not None
    assert (within.allowed.year_from, within.allowed.year_to) == (1995, 1999)
