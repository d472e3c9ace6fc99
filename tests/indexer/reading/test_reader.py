"""Words that were drawn are read where they were drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.reading import OpenVinoReader, TextReader, installed_reader, reader_fingerprint
from indexer.reading.detector import MAX_LINES
from indexer.reading.network import Network
from indexer.reading.reader import MAX_CHARACTERS
from sleeve.errors import ReaderError
from tests.indexer.reading.drawn import drawn, ends


@pytest.fixture(scope="module")
def reader() -> OpenVinoReader:
    return OpenVinoReader(installed_reader(), threads=1)


def test_lines_are_read_from_top_to_bottom_with_their_places(reader: TextReader) -> None:
    found = reader.read(drawn({"BLUE TRAIN": (80, 60), "John Coltrane 1957": (60, 420)}))
    assert [line.text for line in found] == ["BLUE TRAIN", "John Coltrane 1957"]
    assert all(line.confidence > 0.9 for line in found)
    left, right = ends(found[0], (600, 600))
    np.testing.assert_allclose(left, (80, 88), atol=16)
    assert right[0] > 300
    assert ends(found[1], (600, 600))[0][1] == pytest.approx(448, abs=16)


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_a_line_on_its_side_is_read_either_way(reader: TextReader, turn: Image.Transpose) -> None:
    [line] = reader.read(drawn({"Kind of Blue": (150, 270)}).transpose(turn))
    assert line.text == "Kind of Blue"


@pytest.mark.parametrize("size_px", [(3600, 400), (200, 3000), (40, 30), (9, 8)])
def test_a_picture_of_any_shape_is_read(reader: TextReader, size_px: tuple[int, int]) -> None:
    reader.read(drawn({"A": (2, 2)}, size_px))


def test_what_says_nothing_has_no_lines(reader: TextReader) -> None:
    assert reader.read(Image.new("RGB", (300, 300), (90, 20, 20))) == ()


def test_a_picture_full_of_marks_costs_no_more_than_its_bound(reader: TextReader) -> None:
    dense = {f"word {row * 9 + column}": (column * 110, row * 26) for row in range(38) for column in range(9)}
    found = reader.read(drawn(dense, (1000, 1000), letter_px=22))
    assert 20 < len(found) <= MAX_LINES
    assert sum(len(line.text) for line in found) <= MAX_CHARACTERS


def test_reading_can_be_given_up_between_two_lines(reader: OpenVinoReader) -> None:
    dense = drawn({f"word {row * 3 + column}": (column * 200, row * 40) for row in range(6) for column in range(3)})
    whole, asked = reader.read(dense), iter(range(100))
    assert len(whole) > 10
    assert reader.read(dense, lambda: next(asked) >= 4) == whole[:4]
    assert next(asked) == 5, "nobody was asked again"


def test_another_recogniser_reads_with_the_characters_of_its_file(reader: TextReader, tmp_path: Path) -> None:
    files = installed_reader()
    characters = list(Network(files.recogniser, (48, -1), threads=1).characters)
    characters[characters.index("B")] = "ß"
    other = replace(files, characters=tmp_path / "characters.txt")
    (tmp_path / "characters.txt").write_text("\n".join(characters), encoding="utf-8")
    [line] = OpenVinoReader(other, threads=1).read(drawn({"BOB": (80, 60)}))
    assert line.text == "ßOß"
    assert reader_fingerprint(other) != reader.fingerprint == reader_fingerprint(files)
    (tmp_path / "characters.txt").write_text("a\nb\n")
    with pytest.raises(ReaderError, match="has 18710 classes, but 2 characters are named for it"):
        OpenVinoReader(other, threads=1)


@pytest.mark.parametrize("content", [None, b"", b"\x08\x07", b"text"])
def test_a_recogniser_that_is_none_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "recogniser.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReaderError) as caught:
        OpenVinoReader(replace(installed_reader(), recogniser=path), threads=1)
    assert len(str(caught.value).splitlines()) == 1
    assert str(path) in str(caught.value)
