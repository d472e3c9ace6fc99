"""XML from strangers, piece by piece: elements, attributes and texts, within bounds; entities are refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from indexer.sources.libraries.records import MAX_TEXT_CHARACTERS
from sleeve.errors import SourceError

MAX_BYTES = 2 * 2**30
"""Of a file."""

MAX_DEPTH = 32
MAX_TAG_BYTES = 2**20
"""Of a tag or a comment, which are in memory as a whole."""

_CHUNK_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class Start:
    """An element begins."""

    name: str
    depth: int
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """An element ends; ``text`` is what was directly in it, cut."""

    name: str
    depth: int
    text: str


def elements(path: Path) -> Iterator[Start | End]:
    """The elements of a file, as they begin and end; the outermost has depth 1.

    Raises:
        SourceError: it is no XML, declares entities, or is beyond a bound.
    """
    reading = _Reading(path)
    fed = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                fed += len(chunk)
                reading.parser.Parse(chunk, False)
                if fed > MAX_BYTES or fed - max(0, reading.parser.CurrentByteIndex) > MAX_TAG_BYTES + _CHUNK_BYTES:
                    raise SourceError(f"{path} is not read: it, or a tag in it, is too long")
                yield from reading.take()
            reading.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SourceError(f"{path} is not well-formed XML: {error}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    yield from reading.take()


class _Reading:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[Start | End] = []
        self._texts: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity

    def take(self) -> list[Start | End]:
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._texts.append("")
        if len(self._texts) > MAX_DEPTH:
            raise SourceError(f"{self._path} is not read: its elements are more than {MAX_DEPTH} deep")
        cut = {key: value[:MAX_TEXT_CHARACTERS] for key, value in attributes.items()}
        self._found.append(Start(name, len(self._texts), cut))

    def _end(self, name: str) -> None:
        depth = len(self._texts)
        self._found.append(End(name, depth, self._texts.pop()))

    def _text(self, text: str) -> None:
        if self._texts and len(self._texts[-1]) < MAX_TEXT_CHARACTERS:
            self._texts[-1] = (self._texts[-1] + text)[:MAX_TEXT_CHARACTERS]

    def _entity(self, *_: object) -> None:
        raise SourceError(f"{self._path} is not read: it declares entities of its own")
