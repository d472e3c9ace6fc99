"""Which requests change something, and who may: those with the service's key, and no page of another site."""

from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem

QUESTIONS = frozenset(
    {"/api/v1/similar", "/api/v1/classify", "/api/v1/classify/batch", "/api/v1/match", "/api/v1/recommend"},
)
"""POST is only a query here. Everything else but GET, HEAD and OPTIONS counts as a change, also on future routes."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def changes_something(scope: Scope) -> bool:
    """Whether an HTTP request may change the catalogue or its index."""
    if scope["method"] in _READING:
        return False
    return scope["method"] != "POST" or scope["path"] not in QUESTIONS


class ApiKey:
    """Answers 401 to a request that changes something and does not carry the key.

    It is sent as ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``, and compared in constant time.
    """

    def __init__(self, app: ASGIApp, key: SecretStr) -> None:
        self._app = app
        self._key = key.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not changes_something(scope) or self._is_in(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        response = problem(
            HTTPStatus.UNAUTHORIZED, "this needs the service's key: send it as `Authorization: Bearer KEY`"
        )
        response.headers["WWW-Authenticate"] = "Bearer"
        await response(scope, receive, send)

    def _is_in(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        sent = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        # Headers are read as Latin-1; a key beyond ASCII arrives as the bytes of its UTF-8.
        return compare_digest(sent.encode("latin-1"), self._key)


class OtherSites:
    """Answers 403 to a change or a question that a page of another origin sends, unless that is an allowed one.

    CORS keeps other sites from reading answers; it does not keep a form of theirs from being sent, and a question with
    images makes the service work though the page never sees the answer. Programs send no ``Origin`` and are not
    concerned.
    """

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _READING and self._is_foreign(Headers(scope=scope)):
            detail = (
                "pages of another site may not send anything here; SLEEVE_CORS_ORIGINS names those that may, and a "
                "proxy must pass on the host that was asked for"
            )
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
