"""Everything that Sleeve reports to a person in one line.

SleeveError
├── SettingsError        a setting cannot be used
├── NotFoundError        an album, cover, bundle or index version does not exist
├── CatalogueError       the database cannot do what was asked
├── SourceError          a path, folder or manifest cannot be read as a source of covers
├── FileRejectedError    a file cannot be used or written: no cover, damaged tags; carries a named reason
├── QueryError           a text is not a query: it is empty or too long, or the bundle has no text tower to read it
├── BundleError          a model bundle is missing, damaged or unsuitable
├── ReaderError          what reads texts is missing, damaged or unsuitable
├── TrainingError        there is too little, or nothing fit, to train a backbone or head on
├── VectorIndexError     an index is missing, damaged, mismatched or below its gate
│   ├── IndexGoneError   an index version is not on its server any more
│   └── IndexServerError the server of an index cannot be reached or used
├── BusyError            another process is at work, or holds what is needed
├── ClusterError         a cluster of machines does not answer, or cannot work
├── MissingExtraError    something that a part of Sleeve needs is not installed
└── OutputError          a file or folder that was asked for cannot be written

The message is one plain sentence that says what is wrong and, if anything helps, what to do next.
Library errors are translated into these where they arise, with ``from``.
"""

from sleeve.vocabulary import AlbumId, Rejection

_MAX_LINE_CHARACTERS = 200


class SleeveError(Exception):
    """Base of every error meant for a person; its text is one line."""


class SettingsError(SleeveError):
    """A setting cannot be used."""


class NotFoundError(SleeveError):
    """An album, cover, bundle or index version does not exist.

    Args:
        merged_into: the album that the one asked for was made one with.
    """

    def __init__(self, message: str, merged_into: AlbumId | None = None) -> None:
        super().__init__(message)
        self.merged_into = merged_into


class CatalogueError(SleeveError):
    """The database cannot do what was asked."""


class SourceError(SleeveError):
    """A path, folder or table cannot be read as a source of covers."""


class FileRejectedError(SleeveError):
    """A file cannot be used or written: it is not a cover, its tags are damaged, an archive is too large.

    Args:
        reason: the named reason.
        detail: what was found, in a few words ("HTML text", "12000 x 9000 px"); may be empty.
    """

    def __init__(self, reason: Rejection, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class QueryError(SleeveError):
    """A text is not a query: it is empty or too long, or the bundle has no text tower to read it."""


class BundleError(SleeveError):
    """A model bundle is missing, damaged or unsuitable."""


class ReaderError(SleeveError):
    """What reads texts is missing, damaged or unsuitable."""


class TrainingError(SleeveError):
    """There is too little, or nothing fit, to train a backbone or head on."""


class VectorIndexError(SleeveError):
    """An index is missing, damaged, mismatched or below its gate."""


class IndexGoneError(VectorIndexError):
    """An index version is not on its server any more."""


class IndexServerError(VectorIndexError):
    """The server of an index cannot be reached or used."""


class BusyError(SleeveError):
    """Another process is at work, or holds what is needed."""


class ClusterError(SleeveError):
    """A cluster of machines does not answer, or cannot work."""


class MissingExtraError(SleeveError):
    """Something that a part of Sleeve needs is not installed.

    Args:
        purpose: what needs it ("training").
        package: what is missing.
        extra: which of Sleeve's extras brings it.
    """

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        super().__init__(f"{purpose} needs {package}; run `pip install -e '.[{extra}]'` in Sleeve's source folder")


class OutputError(SleeveError):
    """A file or folder that was asked for cannot be written."""


def first_line(error: BaseException) -> str:
    """The first line of an error; its kind if it says nothing."""
    return _lines(error)[0]


def last_line(error: BaseException) -> str:
    """The last line of an error, in which libraries name the cause; its kind if it says nothing."""
    return _lines(error)[-1]


def one_line(error: BaseException) -> str:
    """The whole text of an error as one printable line; its kind if it says nothing."""
    said = "".join(character for character in " ".join(_lines(error)) if character.isprintable())
    return " ".join(said.split())[:_MAX_LINE_CHARACTERS] or type(error).__name__


def _lines(error: BaseException) -> list[str]:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return [line.strip()[:_MAX_LINE_CHARACTERS] for line in lines]
