"""Each request's id, its line in the log and its place in the metrics."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.metrics import Metrics
from service.logs import REQUESTS, request_id

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

_log = logging.getLogger(REQUESTS)


class RequestLog:
    """Takes over or makes ``X-Request-ID``, answers with it, and logs and counts the request when it has ended.

    The line holds the route's template and never the address asked for, a header or a body.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        identifier = sent if _WELL_FORMED.fullmatch(sent) else uuid4().hex
        token = request_id.set(identifier)
        started_s = time.perf_counter()
        status = 0  # nothing was answered: the client went away, or the service stopped

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            self._ended(scope, status, time.perf_counter() - started_s)
            request_id.reset(token)

    def _ended(self, scope: Scope, status: int, duration_s: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.request(method, route, status, duration_s)
        if _log.isEnabledFor(logging.INFO):
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "duration_ms": round(duration_s * 1000, 2),
                "client": scope["client"][0] if scope.get("client") else None,
            }
            _log.info("%s %s %d in %.1f ms", method, route, status, duration_s * 1000, extra={"fields": fields})
