"""Routes whose answers are made and written on threads of the service."""

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from http import HTTPStatus
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, TypeVar

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

MOST_THREADS = 40
"""At work at a time; further requests wait. Each may hold a connection to the database."""

_THREADS = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="answer")

Answer = TypeVar("Answer")


async def on_thread(ask: Callable[..., Answer], *arguments: Any) -> Answer:
    """What a function answers on a thread, with the context of the request. anyio's way there and back takes twice as
    long."""
    return await get_running_loop().run_in_executor(_THREADS, partial(copy_context().run, ask, *arguments))


class WrittenRoute(APIRoute):
    """A route that makes its answer on a thread if it is a plain function, and writes it as JSON there.

    FastAPI would check the answer against its own type once more, and send that of a plain function through another
    thread for it.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _writing(endpoint, options.get("status_code") or HTTPStatus.OK), **options)


def written(answer: BaseModel, status: int = HTTPStatus.OK) -> Response:
    """An answer as JSON, with public names of covers."""
    return Response(answer.model_dump_json(), status, media_type="application/json")


def _writing(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    """The endpoint, but what it returns is a response."""

    def as_response(answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        return Response(status_code=status) if answer is None else written(answer, status)

    @wraps(endpoint)
    async def in_loop(*arguments: Any, **named: Any) -> Response:
        found: Awaitable[Any] = endpoint(*arguments, **named)
        return as_response(await found)

    @wraps(endpoint)
    async def elsewhere(*arguments: Any, **named: Any) -> Response:
        return await on_thread(lambda: as_response(endpoint(*arguments, **named)))

    if isasyncgenfunction(endpoint):
        return endpoint
    return in_loop if iscoroutinefunction(endpoint) else elsewhere
