"""The key that changes need."""

from hmac import compare_digest
from http import HTTPStatus

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem
from service.http.protection.writes import changes_something


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
