"""Text → token numbers as CLIP reads them: byte-pair encoding (Radford et al., 2021), without PyTorch."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sleeve.errors import BundleError

_FIXED = re.compile(r"<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d", re.IGNORECASE)
"""Pieces that are taken whole wherever one begins."""

_SPECIAL = ("<start_of_text>", "<end_of_text>")
_WORD_END = "</w>"


class ClipTokenizer:
    """The tokenizer that CLIP models of OpenAI and open_clip are trained with.

    Letters, marks and digits are those of Python's Unicode tables, which may be older than open_clip's: only characters
    that they do not know yet can come out differently.

    Args:
        merges: pairs of symbols, the most frequent first.
    """

    def __init__(self, merges: Sequence[tuple[str, str]]) -> None:
        self._symbols = _byte_symbols()
        single = list(self._symbols.values())
        words = [*single, *(symbol + _WORD_END for symbol in single), *(first + second for first, second in merges)]
        self._ids = {word: number for number, word in enumerate([*words, *_SPECIAL])}
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.start_id, self.end_id = (self._ids[word] for word in _SPECIAL)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClipTokenizer":
        """The tokenizer of a bundle's merges file: UTF-8, a line a merge, two symbols apart by a space.

        Raises:
            BundleError: that is not what the file holds.
        """
        try:
            pairs = [tuple(line.split(" ")) for line in data.decode().rstrip("\n").split("\n")]
        except UnicodeDecodeError as error:
            raise BundleError(f"the tokenizer's merges are not UTF-8: {error}") from error
        merges = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
        if len(merges) < len(pairs):
            raise BundleError("the tokenizer's merges are damaged: a line does not hold two symbols")
        return cls(merges)

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's tokens, without those of start and end; empty if the text says nothing."""
        return [number for piece in _pieces(_cleaned(text)) for number in self._encode_piece(piece)]

    def _encode_piece(self, piece: str) -> list[int]:
        if piece in _SPECIAL:
            return [self._ids[piece]]
        symbols = [self._symbols[byte] for byte in piece.encode()]
        symbols[-1] += _WORD_END
        while len(symbols) > 1:
            first = min(pairwise(symbols), key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if first not in self._ranks:
                break
            symbols = _merged(symbols, first)
        return [self._ids[symbol] for symbol in symbols]


def _merged(symbols: Sequence[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    position = 0
    while position < len(symbols):
        joined = tuple(symbols[position : position + 2]) == pair
        merged.append(pair[0] + pair[1] if joined else symbols[position])
        position += 2 if joined else 1
    return merged


def _cleaned(text: str) -> str:
    """Garbled letters mended, curly quotes straight, HTML entities read, one space between words, lower case."""
    import ftfy

    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    return " ".join(mended.split()).lower()


def _pieces(text: str) -> Iterator[str]:
    """Runs of letters, single digits, runs of anything else that is not white."""
    position = 0
    while position < len(text):
        fixed = _FIXED.match(text, position)
        end = fixed.end() if fixed else _end_of_run(text, position)
        if _kind(text[position]) != " ":
            yield text[position:end]
        position = end


def _end_of_run(text: str, start: int) -> int:
    kind = _kind(text[start])
    end = start + 1
    while kind != "N" and end < len(text) and _kind(text[end]) == kind:
        end += 1
    return end


def _kind(character: str) -> str:
    """A letter (L), a numeral (N), skipped like white (a space), or anything else (an empty string)."""
    # Caseless matching takes this mark for a letter and for none, so open_clip's pattern skips it.
    if character.isspace() or character == "\N{COMBINING GREEK YPOGEGRAMMENI}":
        return " "
    general = unicodedata.category(character)[0]
    return general if general in "LN" else ""


def _byte_symbols() -> dict[int, str]:
    """Each byte as one printable character, in the order in which CLIP numbers them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}
