"""How a long job tells how far it is; the command line draws it."""

from typing import Protocol


class Progress(Protocol):
    """Told by a job as it goes."""

    def start(self, task: str, total: int) -> None:
        """A task of ``total`` covers begins; it replaces the one before."""

    def advance(self, count: int) -> None:
        """``count`` more are done."""


class Silent:
    """Tells nobody."""

    def start(self, task: str, total: int) -> None: ...

    def advance(self, count: int) -> None: ...
