import pytest

from sleeve.errors import first_line, last_line, one_line


@pytest.mark.parametrize(
    ("said", "first", "last", "one"),
    [
        ("one", "one", "one", "one"),
        ("  one\n  two\x00 \n\n three \n", "one", "three", "one two three"),
        ("", "OSError", "OSError", "OSError"),
        (" \n ", "OSError", "OSError", "OSError"),
        ("x" * 300, "x" * 200, "x" * 200, "x" * 200),
    ],
)
def test_an_error_says_something_in_one_line(said: str, first: str, last: str, one: str) -> None:
    error = OSError(said)
    assert (first_line(error), last_line(error), one_line(error)) == (first, last, one)
