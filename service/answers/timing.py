"""The stages of a query, and how they are timed."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum


class Stage(StrEnum):
    """What a query spends its time on."""

    DECODE = "decode"
    OUTLINE = "outline"
    EMBED = "embed"
    READ = "read"
    SEARCH = "search"
    RANK = "rank"
    COMPARE = "compare"


Timed = Callable[[Stage], AbstractContextManager[object]]
"""Gives a context that times a stage."""


def untimed(_stage: Stage) -> AbstractContextManager[object]:
    """Times nothing."""
    return nullcontext()
