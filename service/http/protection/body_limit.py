"""A bound on request bodies in bytes and time, enforced while they arrive."""

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import RETRY_AFTER_S, problem

BODY_TIME_S = 120.0
"""How long a body may take to arrive: the largest image at 5 Mbit/s."""


MOST_BYTES_AT_ONCE = 2**30
"""Of the bodies of all requests: sixteen of the largest, or thousands of usual ones."""


class _RefusedError(Exception):
    """The body went past a bound."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        self.status = status
        self.detail = detail


class BodyLimit:
    """Answers 413 to a request whose body is, or turns out to be, too large, and 408 to one that arrives too slowly.

    Args:
        max_form_bytes: the largest multipart form, which may carry images.
        max_other_bytes: the largest body of any other kind. It is parsed as a whole, so it must be small.
        max_seconds: how long a body may take to arrive.
        max_bytes_at_once: of all requests together, from the first byte until the answer: bodies are on the disk
            meanwhile. Further ones get 503.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_form_bytes: int,
        max_other_bytes: int,
        max_seconds: float,
        max_bytes_at_once: int = MOST_BYTES_AT_ONCE,
    ) -> None:
        self._app = app
        self._max_bytes_at_once = max_bytes_at_once
        self._bytes_at_once = 0
        self._max_form_bytes = max_form_bytes
        self._max_other_bytes = max_other_bytes
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = Headers(scope=scope).get("content-type", "")
        is_form = kind.partition(";")[0].strip().lower() == "multipart/form-data"
        max_bytes = self._max_form_bytes if is_form else self._max_other_bytes
        until_s = asyncio.get_running_loop().time() + self._max_seconds
        received = 0
        complete = False
        started = False

        async def counted() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is the news that the client went away, for which there is no hurry
                return await receive()
            try:
                async with asyncio.timeout_at(until_s):
                    message = await receive()
            except TimeoutError:
                detail = f"the request did not arrive within {self._max_seconds:g} s"
                raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, detail) from None
            size_bytes = len(message.get("body", b""))
            received += size_bytes
            self._bytes_at_once += size_bytes
            complete = not message.get("more_body", False)
            if received > max_bytes:
                raise _too_large(max_bytes)
            if self._bytes_at_once > self._max_bytes_at_once:
                detail = "the service receives as much as it can hold; send it again later"
                raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, detail)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if _announced(scope) > max_bytes:
                raise _too_large(max_bytes)
            await self._app(scope, counted, watched)
        except _RefusedError as refused:
            if started:
                raise
            response = problem(refused.status, refused.detail)
            response.headers["Connection"] = "close"
            if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                response.headers["Retry-After"] = str(RETRY_AFTER_S)
            await response(scope, receive, send)
        finally:
            self._bytes_at_once -= received


def _too_large(max_bytes: int) -> _RefusedError:
    return _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the request is larger than {max_bytes} bytes")


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
