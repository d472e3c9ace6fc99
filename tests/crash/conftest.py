"""How often commands are killed."""

import os

import pytest

MANY = int(os.environ.get("SLEEVE_KILL_ROUNDS", "6"))
"""More of them: ``SLEEVE_KILL_ROUNDS=100 pytest tests/crash``."""


@pytest.fixture
def rounds() -> int:
    """Kills of each command of a test, or of all of them together."""
    return MANY
