import pytest

from db.records import AlbumPlace
from service.schemas.cursor import MAX_CURSOR_CHARACTERS, from_cursor, to_cursor
from sleeve.errors import QueryError
from sleeve.vocabulary import AlbumId, AlbumOrder

PLACES = [
    (AlbumOrder.NEWEST, None),
    (AlbumOrder.TITLE, "größe & 東京?/+"),
    (AlbumOrder.TITLE, None),
    (AlbumOrder.ARTIST, "😀" * 500),
    (AlbumOrder.ARTIST, "\x01" * 500),
    (AlbumOrder.YEAR, 1959),
    (AlbumOrder.YEAR, None),
]


@pytest.mark.parametrize(("order", "key"), PLACES)
def test_a_place_comes_back_as_it_was(order: AlbumOrder, key: str | int | None) -> None:
    text = to_cursor(AlbumPlace(key, AlbumId(7)))
    assert from_cursor(text, order) == AlbumPlace(key, AlbumId(7))
    assert len(text) <= MAX_CURSOR_CHARACTERS
    assert text.replace("-", "").replace("_", "").isalnum(), "nothing that a URL would have to quote"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "ż",
        "bnVsbA",  # null
        "W10",  # []
        "WyJhIiwxXQ",  # ["a", 1]
        "WzEsMV0",  # [1, 1]
        "W251bGwsMF0",  # [null, 0]
        "W251bGwsdHJ1ZV0",  # [null, true]
        "W251bGwsOTIyMzM3MjAzNjg1NDc3NTgwOF0",  # [null, 2**63]
        "WyJcdWQ4MDAiLDFd",  # half of a character
        "W1tbW1tbW1tb" * 300,
    ],
)
def test_what_is_no_cursor_of_this_list_is_said(text: str) -> None:
    with pytest.raises(QueryError, match="begin again without a cursor"):
        from_cursor(text, AlbumOrder.NEWEST)


def test_a_cursor_of_another_order_or_no_database_is_said() -> None:
    wrong: list[tuple[str | int, AlbumOrder]] = [(1959, AlbumOrder.TITLE), ("a", AlbumOrder.YEAR)]
    unkept: list[tuple[str | int, AlbumOrder]] = [("a\0b", AlbumOrder.TITLE), (2**40, AlbumOrder.YEAR)]
    for key, order in wrong + unkept:
        with pytest.raises(QueryError):
            from_cursor(to_cursor(AlbumPlace(key, AlbumId(1))), order)
