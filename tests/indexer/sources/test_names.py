import pytest

from indexer.sources.names import year_of


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1997", 1997),
        (" 1997 ", 1997),
        ("1997.0", 1997),
        ("1997-12-31", 1997),
        ("1997-12", 1997),
        ("1997-98", 1997),
        ("19971231", 1997),
        ("1997/12/31", 1997),
        ("1997-12-31T20:30:00Z", 1997),
        ("1997-12-31 20:30:00 +1030", 1997),
        ("c1997", 1997),
        ("[1997]", 1997),
        ("℗ 1997", 1997),
        ("Dec 1997", 1997),
        ("31/12/1997", 1997),
        ("31.12.1997", 1997),
        ("1997年", 1997),
        ("1997 (p) 1997", 1997),
        ("0000 1997", 1997),
        ("1997 / 2011", None),
        ("1997 (remastered 2011)", None),
        ("1997-12-31, 2011-09-26", None),
        ("36220", None),
        ("31121997", None),
        ("19971331", None),
        ("31/12/97", None),
        ("0000", None),
        ("0000-00-00", None),
        ("0997", None),
        ("3000", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_a_year_is_the_only_one_that_a_text_names(text: str | None, year: int | None) -> None:
    assert year_of(text) == year
