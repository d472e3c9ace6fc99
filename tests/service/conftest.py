"""A client of the service over the home that a module's own fixture made."""

from collections.abc import Iterator

import httpx
import pytest

from tests.command_home import CommandHome


@pytest.fixture(scope="module")
def client(home: CommandHome) -> Iterator[httpx.Client]:
    with home.serving() as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client
