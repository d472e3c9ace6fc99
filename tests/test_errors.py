import pytest
from pydantic import BaseModel, ValidationError

from sleeve.errors import first_fault, first_line, last_line, one_line


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


class Outer(BaseModel):
    years: list[int]


def test_the_first_fault_has_its_place_and_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"years": [1999, "x", "y"]})
    fault = first_fault(caught.value)
    assert (fault.field, fault.value) == ("years.1", "x")
    assert str(fault).startswith("years.1: Input should be a valid integer")
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json("{")
    assert str(first_fault(caught.value)).startswith("Invalid JSON")
