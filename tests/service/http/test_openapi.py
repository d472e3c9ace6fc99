"""The service held against its own description: no 5xx, and every answer is as described."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.command_home import CommandHome
from tests.factories import write_covers

EXAMPLES = 8
"""Valid and as many invalid requests to each operation."""

CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance)


@pytest.fixture(scope="module")
def address(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = make_home(tmp_path_factory.mktemp("described"), "sqlite")
    write_covers(home.folder / "covers", {"jazz": 4, "rock": 2})
    home.sleeve("add", "covers")
    home.sleeve("index")
    with home.serving() as address:
        yield address


@pytest.mark.slow
def test_every_operation_answers_as_described(address: str, subtests: pytest.Subtests) -> None:
    described = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    asked: set[str] = set()
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                answer = case.call(base_url=address, timeout=30)
                case.validate_response(answer, checks=CHECKS)

            with subtests.test(operation.label, mode=mode), suppress(Unsatisfiable):  # nothing to get wrong
                ask()
        asked.add(operation.label)
    assert {"POST /api/v1/similar", "POST /api/v1/classify", "GET /metrics", "GET /readyz"} <= asked
