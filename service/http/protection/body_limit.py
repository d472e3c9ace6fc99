"""A bound on request bodies in bytes and time, enforced while they arrive."""

import asyncio
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import problem

BODY_TIME_S = 120.0
"""How long a body may take to arrive: the largest image at 5 Mbit/s."""


class _RefusedError(Exception):
    """The body went past a bound."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        self.status = status
        self.detail = detail


class BodyLimit:
    """Answers 413 to a request whose body is, or turns out to be, larger than ``max_bytes``, and 408 to one that has
    not arrived after ``max_seconds``."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_seconds: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
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
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > self._max_bytes:
                raise self._too_large()
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if _announced(scope) > self._max_bytes:
                raise self._too_large()
            await self._app(scope, counted, watched)
        except _RefusedError as refused:
            if started:
                raise
            response = problem(refused.status, refused.detail)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)

    def _too_large(self) -> _RefusedError:
        detail = f"the request is larger than {self._max_bytes} bytes"
        return _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
