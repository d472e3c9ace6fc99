import pytest

from db.records import CatalogueFilter
from service.schemas.filters import catalogue_filter


@pytest.mark.parametrize(
    ("years", "first", "last"),
    [("1990:1999", 1990, 1999), ("1990:", 1990, None), (":1999", None, 1999), ("1990", 1990, 1990), (None, None, None)],
)
def test_years(years: str | None, first: int | None, last: int | None) -> None:
    assert catalogue_filter(None, years, None, None) == CatalogueFilter(year_from=first, year_to=last)


@pytest.mark.parametrize("years", [":", "nineties", "1990-1999", "1990:1999:2000", "19900", "-5"])
def test_years_that_are_no_range(years: str) -> None:
    with pytest.raises(ValueError, match="is not a range of years"):
        catalogue_filter(None, years, None, None)


def test_empty_words_ask_for_nothing() -> None:
    assert catalogue_filter("", "", "", None).allows_all


def test_no_more_of_a_name_is_kept_than_is_compared() -> None:
    wanted = catalogue_filter("x " * 9999, None, "  Sun\n Ra  " + "!" * 9999, None)
    assert wanted.genre is not None
    assert wanted.artist is not None
    assert (len(wanted.genre), len(wanted.artist)) == (500, 500)
    assert wanted.artist.startswith("Sun Ra !")
    assert catalogue_filter(None, None, "  ", None).artist == "", "nobody is called nothing"
