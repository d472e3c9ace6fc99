"""How many pixels may be in work at once: a small file can stand for gigabytes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class PixelBudget:
    """Pixels that all threads of a process may decode at once. Whoever wants more waits for its turn, first come first.

    Args:
        pixels: in all; a picture of more is decoded alone.
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._left = pixels
        self._room = Condition()
        self._turn = Lock()

    @contextmanager
    def reserve(self, pixels: int) -> Iterator[None]:
        """Hold this many pixels of the budget, as soon as they are free."""
        wanted = min(pixels, self._pixels)
        # Only one waits for room, so that many small pictures cannot keep a large one waiting for ever.
        with self._turn, self._room:
            self._room.wait_for(lambda: self._left >= wanted)
            self._left -= wanted
        try:
            yield
        finally:
            with self._room:
                self._left += wanted
                self._room.notify()
