"""Names of real artists and albums in the encodings of their languages: each is read as it was written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.old_encodings import OF_TABLES, OF_TAGS, likely_encoding

ENCODINGS = {
    **dict.fromkeys(
        ("Czech", "Slovak", "Polish", "Hungarian", "Croatian", "Slovene", "Romanian"), ("cp1250", "iso8859_2")
    ),
    "Turkish": ("cp1254",),
    "Lithuanian": ("cp1257",),
    "Latvian": ("cp1257",),
    "Greek": ("cp1253", "iso8859_7"),
    "Hebrew": ("cp1255",),
    "Russian": ("cp1251", "koi8_r"),
    "Ukrainian": ("cp1251", "koi8_u"),
    "Bulgarian": ("cp1251",),
}
"""Of the languages that are not written in Windows-1252."""

NAMES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("names_by_language.tsv").read_text(encoding="utf-8").splitlines()
]
"""Language, artist and album."""


def written(names: list[tuple[str, ...]]) -> Iterator[tuple[str, bytes]]:
    """Artists and albums as bytes, in each encoding of their language that has all of their letters."""
    for language, *texts in names:
        for encoding in ENCODINGS.get(language, ("cp1252",)):
            try:
                raw = "\n".join(texts).encode(encoding)
            except UnicodeEncodeError:
                continue
            if not raw.isascii():
                yield encoding, raw


READ_WRONG = {
    ("cp1250", "Elán\nNeviditeľní"),
    ("iso8859_2", "Desmod\nŠťastný a smutný"),
    ("cp1250", "Breakout\nNa drugim brzegu tęczy"),
    ("iso8859_2", "Breakout\nNa drugim brzegu tęczy"),
    ("cp1254", "Moğollar\nAnadolu Pop"),
    ("cp1257", "Skamp\nKažkas atsitiko"),
    ("cp1257", "Bix\nŽuvys plaukia"),
    ("cp1257", "Žalvarinis\nŽalio vario"),
    ("cp1257", "Skyforger\nLatviešu strēlnieki"),
}
"""What one album does not decide: its one letter is another one, as good, in a commoner encoding."""


def test_the_tags_of_one_album_are_read_as_written_or_said_to_be_doubtful() -> None:
    read = {(encoding, raw): likely_encoding(raw, OF_TAGS) for encoding, raw in written(NAMES)}
    wrong = {
        (encoding, raw.decode(encoding)): likely
        for (encoding, raw), likely in read.items()
        if raw.decode(likely.encoding, "replace") != raw.decode(encoding)
    }
    assert set(wrong) == READ_WRONG
    assert all(likely.rival for likely in wrong.values())
    assert sum(likely.rival is not None for likely in read.values()) < 0.1 * len(read)


def test_three_albums_of_a_language_decide() -> None:
    by_language: dict[str, list[tuple[str, ...]]] = {}
    for name in NAMES:
        by_language.setdefault(name[0], []).append(name)
    for language, names in by_language.items():
        for encoding in ENCODINGS.get(language, ("cp1252",)):
            rows = [raw.replace(b"\n", b",") for one in names for raw_of, raw in written([one]) if raw_of == encoding]
            raw = b"\n".join(rows[:3])
            found = likely_encoding(raw, OF_TABLES)
            assert raw.decode(found.encoding, "replace") == raw.decode(encoding), (language, encoding, found)


@pytest.mark.parametrize(
    "text", ["Köln", "Björk", "Mañana", "Garçon", "João", "È quasi", "Søren", "Edith Piaf à l'Olympia"]
)
def test_one_western_word_is_western(text: str) -> None:
    found = likely_encoding(text.encode("cp1252"), OF_TAGS)
    assert text.encode("cp1252").decode(found.encoding) == text
