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
