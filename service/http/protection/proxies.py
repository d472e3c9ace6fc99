"""What a proxy says about the visitor, believed of the proxies that are named and of nobody else."""

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from sleeve.settings import Network


class Proxies:
    """Takes the visitor's address, scheme and host from ``X-Forwarded-For``, ``-Proto`` and ``-Host`` of these proxies.

    Of several values the last one counts that was not said by one of these proxies: a visitor may send the header
    himself, and proxies add to it. The host is only noted; ``KnownHosts`` decides whether it is the service's own.

    Args:
        addresses: of the proxies.
    """

    def __init__(self, app: ASGIApp, addresses: tuple[Network, ...]) -> None:
        self._addresses = ProxyHeadersMiddleware(app, list(map(str, addresses)))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client") and scope["client"][0] in self._addresses.trusted_hosts:
            hosts = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-host")
            scope.setdefault("state", {})["forwarded_host"] = hosts.rpartition(b",")[2].strip()
        await self._addresses(scope, receive, send)  # type: ignore[arg-type]
