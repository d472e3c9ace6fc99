"""What is wrong with a document is said in our words, whatever library found it."""

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sleeve.faults import first_fault
from sleeve.vocabulary import Side


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Field(ge=1, le=9999)] = 1
    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    name: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    on: bool = False
    kind: Literal["a", "b"] = "a"
    side: Side = Side.FRONT

    @field_validator("name")
    @classmethod
    def _refuses(cls, name: str) -> str:
        if name == "bad":
            raise ValueError("this name is bad")
        return name


class Outer(BaseModel):
    years: Annotated[list[int], Field(min_length=1, max_length=3)]
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"years": [1999, "x", "y"]}, "years.1: must be a whole number"),
        ({"years": [1.5]}, "years.0: must be a whole number"),
        ({"years": [None]}, "years.0: must be a whole number"),
        ({}, "years: is missing"),
        ({"years": []}, "years: needs 1 or more items"),
        ({"years": [1, 2, 3, 4]}, "years: may have 3 items at most"),
        ({"years": 1}, "years: must be a list"),
        ([], "must be a JSON object"),
        ({"inner": {"year": 0}}, "inner.year: must be 1 or more"),
        ({"inner": {"year": 10_000}}, "inner.year: must be 9999 or less"),
        ({"inner": {"share": 0}}, "inner.share: must be more than 0.0"),
        ({"inner": {"share": 1}}, "inner.share: must be less than 1.0"),
        ({"inner": {"share": "half"}}, "inner.share: must be a number"),
        ({"inner": {"name": "a"}}, "inner.name: needs 2 or more characters"),
        ({"inner": {"name": "abcd"}}, "inner.name: may have 3 characters at most"),
        ({"inner": {"name": 1}}, "inner.name: must be a text"),
        ({"inner": {"name": "bad"}}, "inner.name: this name is bad"),
        ({"inner": {"on": "perhaps"}}, "inner.on: must be true or false"),
        ({"inner": {"kind": "c"}}, "inner.kind: must be 'a' or 'b'"),
        ({"inner": {"side": "left"}}, "inner.side: must be 'front' or 'back'"),
        ({"inner": {"x": 1}}, "inner.x: is not known here"),
        ({"inner": 1}, "inner: must be a JSON object"),
    ],
)
def test_each_kind_of_fault_has_words(document: Any, said: str) -> None:
    whole = {"years": [1], **document} if isinstance(document, dict) and "inner" in document else document
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json(json.dumps(whole))
    assert str(first_fault(caught.value)) == said


def test_what_is_no_json_is_called_so_and_a_fault_keeps_its_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json("{")
    assert str(first_fault(caught.value)) == "this is not valid JSON"
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"years": [1999, "x"]})
    assert first_fault(caught.value).value == "x"
