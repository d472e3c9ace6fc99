"""The last resort: a bug becomes a problem document and a line in the log."""

import logging
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import problem

_log = logging.getLogger(__name__)


class Unexpected:
    """Answers 500 to any other exception, inside the middleware that adds headers, so its answer has them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            _log.exception("unexpected error")
            detail = "the service failed; its log says why"
            await problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)(scope, receive, send)
