"""How a long job goes through its items: in lists of a size, reporting how far it is. The command line draws it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Hears from a job how far it is."""

    def start(self, task: str, total: int) -> None:
        """A task of ``total`` steps, such as covers, begins; it replaces the one before."""

    def advance(self, count: int) -> None:
        """``count`` more are done."""


class Silent:
    """A ``Progress`` that shows nothing."""

    def start(self, task: str, total: int) -> None: ...

    def advance(self, count: int) -> None: ...


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items, the last one shorter; nothing is read ahead."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
