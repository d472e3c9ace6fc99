"""What is wrong with a document or a setting, in our words and not in pydantic's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "json_invalid": "this is not valid JSON",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be a text",
    "string_unicode": "must be valid UTF-8",
    "string_too_short": "needs {min_length} or more characters",
    "string_too_long": "may have {max_length} characters at most",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "too_short": "needs {min_length} or more items",
    "too_long": "may have {max_length} items at most",
    "dict_type": "must be a JSON object",
    "mapping_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "value_error": "{error}",
}
"""By pydantic's name of the fault; it has others, which no document of Sleeve's can have."""

_NO_PLACE = {"body", "query", "path", "header"}
"""How FastAPI begins the place of a fault in a request."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document.

    Attributes:
        field: its name, parts with dots between them; empty for the document as a whole.
        message: what is wrong.
        value: what is there.
    """

    field: str
    message: str
    value: object

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def first_fault(error: ValidationError) -> Fault:
    """The first of the faults that pydantic found."""
    return fault_of(error.errors(include_url=False)[0])


def fault_of(found: Mapping[str, Any]) -> Fault:
    """A fault as pydantic or FastAPI describes it (``type``, ``loc``, ``msg``, ``input`` and ``ctx``)."""
    kind, place = found["type"], list(found["loc"])
    if place and place[0] in _NO_PLACE:
        place = place[1:]
    if kind == "json_invalid":  # its place is a number of characters
        place = []
    words = _WORDS.get(kind)
    message = found["msg"] if words is None else words.format(**found.get("ctx", {}))
    return Fault(".".join(map(str, place)), message, found.get("input"))
