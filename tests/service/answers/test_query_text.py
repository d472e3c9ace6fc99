"""How long an image that is asked with is read."""

import io

import pytest
from PIL import Image

from indexer.reading import OpenVinoReader, installed_reader
from service.answers.query_text import QueryReader
from service.answers.records import ReadText
from tests.indexer.reading.drawn import drawn


@pytest.fixture(scope="module")
def page() -> bytes:
    """A picture full of text."""
    file = io.BytesIO()
    drawn({f"word {row * 3 + column}": (column * 200, row * 40) for row in range(10) for column in range(3)}).save(
        file, "PNG"
    )
    return file.getvalue()


def test_a_page_of_text_is_given_up_after_its_time(page: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = OpenVinoReader(installed_reader(), threads=1)
    asked = QueryReader(lambda: reader)
    monkeypatch.setattr("service.answers.query_text.READ_WITHIN_S", float("inf"))
    whole = asked.read(page)
    assert whole.is_whole
    assert len(whole.lines) > 6
    # The clock of the reader: a second for each look at it.
    seconds = iter(range(1000))
    monkeypatch.setattr("service.answers.query_text.monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr("service.answers.query_text.READ_WITHIN_S", 5.0)
    part = asked.read(page)
    assert not part.is_whole
    assert 0 < len(part.lines) <= 4, "a box that turns out to say nothing takes its time too"
    assert part.lines == whole.lines[: len(part.lines)]


def test_a_picture_without_text_is_read_to_its_end() -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 300), (90, 20, 20)).save(file, "PNG")
    assert QueryReader(lambda: OpenVinoReader(installed_reader(), threads=1)).read(file.getvalue()) == ReadText()
