"""Chunks of RIFF, AIFF and DSDIFF files, and the tags in them. Sizes are what the file says, and never trusted."""

import struct
from collections.abc import Iterator

from indexer.images.audio.keyed_tags import MAX_TEXT_BYTES, KeyedTags, texts_by_name
from indexer.images.bounded_file import BoundedFile

RIFF, AIFF, DSDIFF = struct.Struct("<4sI"), struct.Struct(">4sI"), struct.Struct(">4sQ")
"""The head of a chunk in each format: its name and its size."""

_FORM_BYTES = 4
MAX_INFO_BYTES = 256 * 2**10
"""Of all lists in a file; a list that is over that is not read."""


def chunk(file: BoundedFile, head: struct.Struct, *names: bytes) -> bytes | None:
    """What is in the first chunk of one of these names; None if there is none."""
    for name, at, size in chunks_of(file, head):
        if name in names:
            file.seek(at)
            return file.read(size)
    return None


def riff_info(file: BoundedFile) -> KeyedTags:
    """The texts of a WAV's INFO lists, such as FFmpeg writes instead of ID3."""
    texts: list[tuple[str, str]] = []
    unknown: list[str] = []
    left_bytes = MAX_INFO_BYTES
    for name, at, size in chunks_of(file, RIFF):
        if name == b"LIST" and size <= left_bytes:
            left_bytes -= size
            file.seek(at)
            data = file.read(size)
            if data[:_FORM_BYTES] == b"INFO":
                found = list(_info_texts(data[_FORM_BYTES:]))
                texts += [(name, text) for name, text, _ in found]
                unknown += [text for _, text, is_unicode in found if not is_unicode]
    return KeyedTags(texts_by_name(texts), in_latin1=frozenset(unknown))


def chunks_of(file: BoundedFile, head: struct.Struct) -> Iterator[tuple[bytes, int, int]]:
    """The name, place and size of each chunk of a file, as far as it is within the file."""
    at = head.size + _FORM_BYTES
    while at + head.size <= file.size_bytes:
        file.seek(at)
        name, size = head.unpack(file.read(head.size))
        at += head.size
        yield name, at, min(size, file.size_bytes - at)
        at += size + size % 2


def _info_texts(data: bytes) -> Iterator[tuple[str, str, bool]]:
    """The name and the text of each entry, and whether it is valid UTF-8."""
    at = 0
    while at + RIFF.size <= len(data):
        name, size = RIFF.unpack_from(data, at)
        at += RIFF.size
        text = data[at : at + size]
        if len(text) <= MAX_TEXT_BYTES:
            yield name.decode("latin-1"), *_decoded(text.partition(b"\0")[0])
        at += size + size % 2


def _decoded(text: bytes) -> tuple[str, bool]:
    try:
        return text.decode(), True
    except UnicodeDecodeError:
        return text.decode("latin-1"), False
