"""The words that pass between modules, as types.

Two words are fields of many records and mean the same in each: ``file`` is the name as the user gave it (a path as
typed, a manifest's cell, a URL, the name of an upload, a manifest's row) and is what people are shown; ``path`` is the
absolute place of the bytes, and what the catalogue knows a file by.
"""

from enum import StrEnum
from typing import NewType

MAX_ID = 2**63 - 1
"""The largest id that the database can hold."""

AlbumId = NewType("AlbumId", int)
"""Primary key of an album; stable for the album's life and never used again."""

CoverId = NewType("CoverId", int)
"""Primary key of a cover (one image of an album)."""

EntryId = NewType("EntryId", int)
"""Primary key of an entry (one row of a list)."""

VectorId = NewType("VectorId", int)
"""Primary key of a vector row. Never reused: a cover embedded again gets a new one, so an index can hold these."""

Fingerprint = NewType("Fingerprint", str)
"""SHA-256 (hex) of everything that decides a bundle's vectors. Vectors of two fingerprints never mix."""

ContentHash = NewType("ContentHash", str)
"""SHA-256 (hex) of a file's bytes."""


class Side(StrEnum):
    """Which side of the sleeve a cover shows."""

    FRONT = "front"
    BACK = "back"


class Rejection(StrEnum):
    """Why a file is not a cover; the value is what a person reads and what the database keeps."""

    MISSING = "missing file"
    UNREADABLE = "unreadable file"
    UNREADABLE_FOLDER = "unreadable folder"
    EMPTY = "empty file"
    TOO_MANY_BYTES = "too many bytes"
    NOT_AN_IMAGE = "not an image"
    UNSUPPORTED_FORMAT = "unsupported image format"
    TOO_MANY_PIXELS = "too many pixels"
    TOO_FEW_PIXELS = "too few pixels"
    TRUNCATED = "truncated image"
    DAMAGED = "damaged image"
    BAD_RECORD = "bad manifest row"
    CHANGED = "file changed since it was added"
    FORBIDDEN_URL = "URL not allowed"
    UNREACHABLE = "URL without an image"
    NOT_FETCHED = "object not fetched"
    INTERRUPTED = "interrupted fetch"
    BAD_ARCHIVE = "damaged archive"
    ARCHIVE_TOO_LARGE = "archive too large"
    NESTED_ARCHIVE = "archive in an archive"
    ENCRYPTED = "encrypted"
    UNSAFE_NAME = "unsafe name in an archive"
    BAD_TAGS = "unreadable tags"
    NO_ART = "no cover art"


class Outcome(StrEnum):
    """How a file offered to the catalogue ended."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    REMOVED = "removed"
    """A person removed it before, so it was left out."""


class LabelSource(StrEnum):
    """Who says what an album is: its names, its year, its genres."""

    FOLDER = "folder"
    MANIFEST = "manifest"
    TAGS = "tags"
    LIBRARY = "library"
    """A library of another program, which has it mostly from tags: beets, Apple's Music, rekordbox."""

    SERVER = "server"
    """A music server, which has it from tags."""

    MUSICBRAINZ = "musicbrainz"
    DISCOGS = "discogs"
    """Discogs, asked for what an album lacks."""

    LIST = "list"
    """A list without pictures, such as a collection that Discogs exported."""

    HAND = "hand"
    """A person, in the web app, over HTTP or on the command line."""

    EARLIER = "earlier"
    """Whoever it was that an older Sleeve had the names of albums from, as it did not write that down; or a person,
    before the album was merged into another one and took its names."""


class ListName(StrEnum):
    """A list that an album is on, because a list that was added says so, or a person."""

    OWNED = "owned"
    WANTED = "wanted"
    FOR_SALE = "for-sale"


class WordPlace(StrEnum):
    """Where words that were searched for are."""

    ARTIST = "artist"
    TITLE = "title"
    COVER = "cover"
    """Printed on a cover."""

    GENRE = "genre"
    YEAR = "year"
    NUMBER = "number"
    """The album's id."""

    FILE = "file"
    """The name of a cover's file."""

    BARCODE = "barcode"
    """Of a pressing of the album."""


class Fact(StrEnum):
    """What an album may lack."""

    TITLE = "title"
    ARTIST = "artist"
    YEAR = "year"
    GENRE = "genre"
    COVER = "cover"


class AlbumOrder(StrEnum):
    """How a list of albums is sorted; equals by id, albums without the name, year or colour last."""

    NEWEST = "newest"
    """The one added last first."""

    MATCH = "match"
    """The one that fits the words best first, of a list that was searched for words; else the newest."""

    TITLE = "title"
    ARTIST = "artist"
    YEAR = "year"
    COLOUR = "colour"
    """That of the front: red, through the rainbow to pink, then white, grey and black."""


class ColumnKind(StrEnum):
    """What the cells of a declared column hold."""

    TEXT = "text"
    """Several texts in a cell are parted by ``;`` or ``|``."""

    NUMBER = "number"
    DATE = "date"
    """A day, a month or a year."""

    YES_NO = "yes/no"
