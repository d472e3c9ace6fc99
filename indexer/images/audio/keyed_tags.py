"""Tags of the formats that are read here and not by mutagen: APEv2, ASF and RIFF INFO."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_TEXT_BYTES = 16 * 2**10
"""Of one text; a longer one is not read."""


@dataclass(frozen=True, slots=True)
class KeyedTags:
    """Texts by their names in lower case, and pictures by their kinds as ID3 numbers them.

    Attributes:
        in_latin1: texts of no known encoding, read as Latin-1.
    """

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    pictures: tuple[tuple[int, bytes], ...] = ()
    in_latin1: frozenset[str] = frozenset()


def texts_by_name(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The texts under each name, in the order in which they were written."""
    texts: dict[str, list[str]] = {}
    for name, text in found:
        texts.setdefault(name.strip("\0").lower(), []).append(text.strip("\0"))
    return texts
