"""A music server for each test."""

from collections.abc import Iterator

import pytest

from tests.indexer.sources.subsonic.stand_in import StandIn, serving


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving() as stand_in:
        yield stand_in
