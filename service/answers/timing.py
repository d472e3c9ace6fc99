"""The stages of a query, and how whoever answers one has them timed."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum


class Stage(StrEnum):
    """What a query spends its time on."""

    DECODE = "decode"
    EMBED = "embed"
    SEARCH = "search"
    RANK = "rank"
    COMPARE = "compare"


Timed = Callable[[Stage], AbstractContextManager[object]]
"""Times the block that it is entered for."""


def untimed(_stage: Stage) -> AbstractContextManager[object]:
    """For those who do not measure."""
    return nullcontext()
