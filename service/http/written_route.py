"""Routes whose answers are written where they are made."""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel


class WrittenRoute(APIRoute):
    """A route that writes its answer as JSON itself, a plain function on its own thread.

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
    def on_thread(*arguments: Any, **named: Any) -> Response:
        return as_response(endpoint(*arguments, **named))

    if isasyncgenfunction(endpoint):
        return endpoint
    return in_loop if iscoroutinefunction(endpoint) else on_thread
