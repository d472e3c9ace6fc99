"""Queries that name the URL of an image: off until they are turned on, and few at once."""

from collections.abc import Callable

from anyio import CapacityLimiter, to_thread

from sleeve.errors import QueryError

AT_ONCE = 4
"""Images fetched at a time; further queries wait, and hold no thread meanwhile."""


class ImageUrls:
    """Fetches the images that queries name.

    Args:
        fetch: URL → bytes, blocking; None where queries may not name URLs.
    """

    def __init__(self, fetch: Callable[[str], bytes] | None) -> None:
        self._fetch = fetch
        self._at_once = CapacityLimiter(AT_ONCE)

    async def image(self, url: str) -> bytes:
        """The bytes behind a URL.

        Raises:
            QueryError: queries may not name URLs here.
            FileRejectedError: see ``indexer.sources.remote_image``.
        """
        if self._fetch is None:
            raise QueryError("queries by URL are off here; set SLEEVE_IMAGE_URLS=1 for the service to turn them on")
        return await to_thread.run_sync(self._fetch, url, limiter=self._at_once)
