"""Which host names the service answers to: a page whose name was pointed at this machine must not pass as ours."""

from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem

PROBED_PATHS = frozenset({"/healthz"})
"""Answered under any name: probes use whatever name the container has."""

_KEPT_NAMES = 64
"""Header values whose names are remembered; one may be 64 KiB long."""


class KnownHosts:
    """Answers 421 to a request for a host name that is not the service's own (DNS rebinding).

    Addresses, ``localhost`` and names below it are always the service's own: a foreign page cannot have them.

    A proxy may ask under another name than the visitor did and pass that on; then both must be the service's own, and
    the visitor's counts from there on.

    Args:
        names: further names, in lower case; ``*`` for any.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBED_PATHS:
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("host", "")
        forwarded = scope.get("state", {}).get("forwarded_host", b"")
        if self._is_known(asked) and (not forwarded or self._is_known(forwarded.decode("latin-1"))):
            if forwarded:
                MutableHeaders(scope=scope)["host"] = forwarded.decode("latin-1")
            await self._app(scope, receive, send)
            return
        detail = "this service does not answer to that host name; SLEEVE_HOSTS names those it answers to"
        await problem(HTTPStatus.MISDIRECTED_REQUEST, detail)(scope, receive, send)

    def _is_known(self, host: str) -> bool:
        if "*" in self._names:
            return True
        name = _host_name(host)
        return name is not None and (_is_local(name) or name in self._names)


@lru_cache(_KEPT_NAMES)
def _host_name(host: str) -> str | None:
    """The name in a ``Host`` header, in lower case and without its port; None if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return None if parts.path or parts.username is not None or parts.hostname is None else parts.hostname.rstrip(".")


def _is_local(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
