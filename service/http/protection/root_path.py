"""A service below a path of its host."""

from starlette.types import ASGIApp, Receive, Scope, Send

VIEWS = frozenset({"album", "catalogue", "compare", "docs", "duplicates", "index", "map", "queue"})
"""How the addresses of the web app begin."""

OWN_PATHS = VIEWS | {"api", "healthz", "metrics", "readyz", "report", "static"}
"""How the service's own paths begin. Below such a path nobody could say whether the proxy has taken it away."""


class RootPath:
    """Takes the root path off the path of a request, for the proxies that leave it on.

    Args:
        path: begins with a slash and does not end with one.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self._path}/"):
            scope["path"] = scope["path"].removeprefix(self._path) or "/"
        await self._app(scope, receive, send)
