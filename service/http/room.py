"""How many bytes of images that strangers sent may be in memory at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from anyio import CancelScope, Condition, Lock, fail_after
from starlette.exceptions import HTTPException

from indexer.images.decoding import QUERY_LIMITS
from service.http.problems import RETRY_AFTER_S

MOST_BYTES = QUERY_LIMITS.max_bytes
"""Of the files of all questions, and again of all uploads: one of the largest, or many usual ones."""

WITHIN_S = 30.0
"""Who waits longer for room gets 503."""


class Room:
    """Bytes that may be in memory. Bodies wait on disk until there is room for them, and hold no thread meanwhile."""

    def __init__(self, most_bytes: int = MOST_BYTES, within_s: float = WITHIN_S) -> None:
        self._most_bytes = most_bytes
        self._within_s = within_s
        self._left_bytes = most_bytes
        self._changed = Condition()
        self._turn = Lock()

    @asynccontextmanager
    async def taken(self, size_bytes: int) -> AsyncIterator[None]:
        """Hold room for so many bytes, or for all if they are more; raises the 503 if none becomes free in time."""
        wanted = min(size_bytes, self._most_bytes)
        try:
            with fail_after(self._within_s):
                # Only one waits for room, so that small ones cannot keep a large one waiting.
                async with self._turn, self._changed:
                    while self._left_bytes < wanted:
                        await self._changed.wait()
                    self._left_bytes -= wanted
        except TimeoutError:
            detail = "the service is at work on as many images as it can hold; ask again later"
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers) from None
        try:
            yield
        finally:
            self._left_bytes += wanted
            with CancelScope(shield=True):
                async with self._changed:
                    self._changed.notify_all()
