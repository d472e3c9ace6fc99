"""The service held against its own description: no 5xx, and every answer is as described."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.factories import write_covers
from tests.homes import Home

EXAMPLES = 12


@pytest.fixture(scope="module")
def address(make_home: Callable[[Path, str], Home], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = make_home(tmp_path_factory.mktemp("described"), "sqlite")
    write_covers(home.folder / "covers", {"jazz": 4, "rock": 2})
    home.sleeve("add", "covers")
    home.sleeve("index")
    with home.serving() as address:
        yield address


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


api = schemathesis.pytest.from_fixture("described")


@api.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
def test_every_operation_answers_as_described(case: Any) -> None:
    answer = case.call(timeout=30)
    case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance, content_type_conformance])
