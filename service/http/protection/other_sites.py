"""Pages of other sites: a browser sends what they ask it to, key or not, so what they would change is refused."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem
from service.http.protection.writes import changes_something


class OtherSites:
    """Answers 403 to a change that a page of another origin sends, unless that is one of the allowed origins.

    CORS keeps other sites from reading answers; it does not keep a form of theirs from being sent. Programs send no
    ``Origin`` and are not concerned.
    """

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and changes_something(scope) and self._is_foreign(Headers(scope=scope)):
            detail = "pages of another site may not change anything here; SLEEVE_CORS_ORIGINS names those that may"
            await problem(HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin in self._allowed:
            return False
        # No page can set this header; browsers leave it out on plain http.
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        if origin is None:
            return False
        try:
            place = urlsplit(origin).netloc.lower()
        except ValueError:
            return True
        # Behind a proxy that ends TLS the schemes differ, so only hosts and ports are compared.
        return not place or place != headers.get("host", "").lower()
