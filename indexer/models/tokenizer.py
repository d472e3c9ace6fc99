"""Text → token numbers, as a bundle's text tower was taught: open_clip's cleaning, then a Hugging Face tokenizer."""

import html
import json
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from typing import Any

from sleeve.errors import BundleError, first_line

TOKENIZER_FILE = "tokenizer.json"
"""A tokenizer of Hugging Face's, with the tokens that it adds at start and end and the one that it fills up with."""

MERGES_FILE = "merges.txt"
"""What bundles of before had instead, for CLIP's own tokenizer: UTF-8, a line a merge, two symbols apart by a space."""

_CLIP_PIECES = r"<start_of_text>|<end_of_text>|'[s\x{17f}]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}\x{345}]+"
"""open_clip's pattern, for a text in lower case. There it is matched without case: a long s is an s, and U+0345 is both
a letter and none, so it is skipped."""

_CLIP_ENDS = ("<start_of_text>", "<end_of_text>")
_WORD_END = "</w>"
_LARGEST_NUMBER = 2**24
"""In a tokenizer: vocabularies have less than a million tokens, and the library allocates what a number says."""

_CLIP_PADDING = 0
"""CLIP fills up with the number of "!"."""


class TextCleaning(StrEnum):
    """What is done to a text before it is taken apart, by open_clip's names."""

    LOWER = "lower"
    WHITESPACE = "whitespace"
    CANONICALIZE = "canonicalize"
    """Without punctuation, in lower case (big_vision's ``canonicalize_text``, for SigLIP)."""


_WITHOUT_PUNCTUATION = str.maketrans("_", " ", string.punctuation.replace("_", ""))

_CLEANED: Mapping[TextCleaning, Callable[[str], str]] = {
    TextCleaning.LOWER: str.lower,
    TextCleaning.WHITESPACE: str,
    TextCleaning.CANONICALIZE: lambda text: text.translate(_WITHOUT_PUNCTUATION).lower(),
}


class TextTokenizer:
    """A bundle's tokenizer.

    Args:
        data: the bytes of a ``TOKENIZER_FILE``.

    Raises:
        BundleError: they are not a tokenizer, or one that does not fill up what is left.
    """

    def __init__(self, data: bytes, cleaning: TextCleaning, places: int) -> None:
        self._cleaning = cleaning
        self._tokenizer = _loaded(data)
        padding = self._tokenizer.padding
        if padding is None:
            raise BundleError("the tokenizer does not say what it fills up with")
        self._tokenizer.no_truncation()
        self._tokenizer.enable_padding(**{**padding, "length": places, "pad_to_multiple_of": None})

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """The numbers of a text's tokens with those of start, end and padding, and which of them are not padding.

        Both are as long as there are places, or longer if the text has too many tokens; empty if it has none.
        """
        with _refused():
            found = self._tokenizer.encode(cleaned(text, self._cleaning))
        return (found.ids, found.attention_mask) if 0 in found.special_tokens_mask else ([], [])


def cleaned(text: str, cleaning: TextCleaning) -> str:
    """Garbled letters mended, curly quotes straight, HTML entities read, one space between words; then as a model wants
    it."""
    import ftfy

    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    return " ".join(_CLEANED[cleaning](" ".join(mended.split())).split())


def with_padding(data: bytes, token: str) -> bytes:
    """A ``TOKENIZER_FILE`` that says what it fills up with.

    Raises:
        BundleError: it is damaged, or does not know the token.
    """
    tokenizer = _loaded(data)
    number = tokenizer.token_to_id(token)
    if number is None:
        raise BundleError(f"the tokenizer does not know the token {token} that it is to fill up with")
    tokenizer.enable_padding(pad_id=number, pad_token=token)
    tokenizer.no_truncation()
    return str(tokenizer.to_str()).encode()


def lowers(data: bytes) -> bool:
    """Whether a ``TOKENIZER_FILE`` puts texts into lower case. If so, it is better done before: its way, a letter at a
    time, does not know the sigma that Greek words end with (ΟΔΟΣ becomes οδοσ, where Python and open_clip have οδος).

    Raises:
        BundleError: it is damaged.
    """
    normalizer = _loaded(data).normalizer
    return normalizer is not None and normalizer.normalize_str("A").endswith("a")


def _loaded(data: bytes) -> Any:
    """The tokenizer of a ``TOKENIZER_FILE``."""
    try:
        if _largest(json.loads(data)) > _LARGEST_NUMBER:
            raise BundleError(f"the tokenizer is damaged: it holds a number above {_LARGEST_NUMBER}")
    except (ValueError, RecursionError) as error:
        raise BundleError(f"the tokenizer is damaged: {first_line(error)}") from error
    with _refused():
        return import_module("tokenizers").Tokenizer.from_buffer(data)


def _largest(part: object) -> float:
    """The largest number in a document of JSON, whatever its sign."""
    if isinstance(part, dict | list):
        return max(map(_largest, part.values() if isinstance(part, dict) else part), default=0)
    return abs(part) if isinstance(part, int | float) else 0


@contextmanager
def _refused() -> Iterator[None]:
    """What the library makes of a damaged tokenizer: plain exceptions, and the panics of Rust, which are none."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise BundleError(f"the tokenizer is damaged: {first_line(error)}") from error


def clip_tokenizer(merges: bytes) -> bytes:
    """CLIP's own tokenizer (byte-pair encoding, Radford et al., 2021) as a ``TOKENIZER_FILE``, from a ``MERGES_FILE``.

    Raises:
        BundleError: the file is damaged.
    """
    tokenizers: Any = import_module("tokenizers")
    pairs = _pairs(merges)
    single = list(_byte_symbols().values())
    words = [*single, *(symbol + _WORD_END for symbol in single), *(first + second for first, second in pairs)]
    numbers = {word: number for number, word in enumerate([*words, *_CLIP_ENDS])}
    with _refused():
        found = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=numbers, merges=pairs, end_of_word_suffix=_WORD_END))
    parts = tokenizers.pre_tokenizers
    pieces = parts.Split(tokenizers.Regex(_CLIP_PIECES), "removed", invert=True)
    found.pre_tokenizer = parts.Sequence([pieces, parts.ByteLevel(add_prefix_space=False, use_regex=False)])
    found.add_special_tokens(list(_CLIP_ENDS))
    start, end = ((name, numbers[name]) for name in _CLIP_ENDS)
    template = f"{start[0]} $A {end[0]}"
    found.post_processor = tokenizers.processors.TemplateProcessing(single=template, special_tokens=[start, end])
    found.enable_padding(pad_id=_CLIP_PADDING, pad_token=words[_CLIP_PADDING])
    return str(found.to_str()).encode()


def _pairs(merges: bytes) -> list[tuple[str, str]]:
    try:
        pairs = [tuple(line.split(" ")) for line in merges.decode().rstrip("\n").split("\n")]
    except UnicodeDecodeError as error:
        raise BundleError(f"the tokenizer's merges are not UTF-8: {error}") from error
    if any(len(pair) != 2 for pair in pairs):
        raise BundleError("the tokenizer's merges are damaged: a line does not hold two symbols")
    return [(pair[0], pair[1]) for pair in pairs]


def _byte_symbols() -> dict[int, str]:
    """Each byte as one printable character, in the order in which CLIP numbers them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}
