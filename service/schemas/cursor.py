"""A place in a list as opaque text, which a client sends back for the next page."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from db.records import AlbumPlace
from sleeve.errors import QueryError
from sleeve.vocabulary import AlbumId, AlbumOrder

MAX_CURSOR_CHARACTERS = 4_100

_MAX_ID = 2**63 - 1


def to_cursor(place: AlbumPlace) -> str:
    """The text for a place."""
    return urlsafe_b64encode(json.dumps([place.key, place.id], ensure_ascii=False).encode()).decode().rstrip("=")


def from_cursor(text: str, order: AlbumOrder) -> AlbumPlace:
    """The place that a text means, in a list of this order.

    Raises:
        QueryError: it is not a cursor, or one of a list of another order.
    """
    try:
        key, album_id = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        str(key).encode()  # JSON can hold half of a character
    except (ValueError, TypeError, RecursionError) as error:
        raise _wrong() from error
    numbers = dict.fromkeys((AlbumOrder.YEAR, AlbumOrder.COLOUR, AlbumOrder.MATCH), int)
    kinds = {AlbumOrder.NEWEST: type(None), **numbers}
    fits = type(key) in (kinds.get(order, str), type(None)) and "\0" not in str(key)
    if not fits or type(album_id) is not int or not 0 < album_id <= _MAX_ID:
        raise _wrong()
    if isinstance(key, int) and abs(key) >= 2**31:
        raise _wrong()
    return AlbumPlace(key, AlbumId(album_id))


def _wrong() -> QueryError:
    return QueryError("the cursor is not one of this list; begin again without a cursor")
