"""Headers with which every answer restricts what a browser may do with it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONTENT = {
    "default-src": "'self'",
    "img-src": "'self' blob: data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

_NAMED = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _CONTENT.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}

_NOT_KEPT = (b"cache-control", b"no-store")
"""For an answer that does not say more: under its address another catalogue can answer tomorrow."""

_HEADERS = [_NOT_KEPT, *((name.lower().encode(), value.encode()) for name, value in _NAMED.items())]


class SecurityHeaders:
    """Adds headers that allow a page its own scripts, styles and pictures, and nothing of any other host,
    and that have it keep only answers that say so. An answer that names one of these headers itself has its own.

    Args:
        shared: pages of other sites may use the service, so they may show its covers.
    """

    def __init__(self, app: ASGIApp, shared: bool) -> None:
        self._app = app
        self._headers = _HEADERS if shared else [*_HEADERS, (b"cross-origin-resource-policy", b"same-origin")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                names = {name for name, _ in given}
                message["headers"] = [*given, *(header for header in self._headers if header[0] not in names)]
            await send(message)

        await self._app(scope, receive, with_headers)
