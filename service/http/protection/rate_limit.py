"""How often one address may ask and change: a token bucket for each."""

import math
import time
from collections import OrderedDict
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem
from service.http.protection.changes import changes_something

READS_PER_MINUTE = 6_000
WRITES_PER_MINUTE = 300
"""The defaults, which do not hold for the machine that the service runs on. A page of covers is fifty reads."""

MAX_ADDRESSES = 10_000
"""Addresses remembered; the one seen longest ago is forgotten first."""

UNLIMITED_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

_IPV6_NETWORK_BITS = 64
"""What one customer is given at least, and can change his address in."""


class Buckets:
    """A bucket an address, filled at an even rate up to a minute's worth."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def wait_s(self, address: str, now_s: float) -> float:
        """Take a token; 0 if there was one, else the seconds until there is."""
        left, at_s = self._left.pop(address, (float(self._per_minute), now_s))
        left = min(float(self._per_minute), left + (now_s - at_s) * self._per_minute / 60)
        taken = left >= 1
        self._left[address] = (left - taken, now_s)
        if len(self._left) > MAX_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self._per_minute


class RateLimit:
    """Answers 429 with ``Retry-After`` to an address that asks, or changes, too often.

    Each worker process counts for itself.

    Args:
        reads_per_minute: 0 for no limit; None for the default, which spares loopback addresses.
        writes_per_minute: likewise.
    """

    def __init__(self, app: ASGIApp, reads_per_minute: int | None, writes_per_minute: int | None) -> None:
        self._app = app
        self._spares_loopback = (reads_per_minute is None, writes_per_minute is None)
        self._buckets = (
            Buckets(READS_PER_MINUTE if reads_per_minute is None else reads_per_minute),
            Buckets(WRITES_PER_MINUTE if writes_per_minute is None else writes_per_minute),
        )
        self._unlimited = (reads_per_minute == 0, writes_per_minute == 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait_s = self._wait_s(scope) if scope["type"] == "http" else 0.0
        if not wait_s:
            await self._app(scope, receive, send)
            return
        seconds = math.ceil(wait_s)
        response = problem(HTTPStatus.TOO_MANY_REQUESTS, f"too many requests from your address; wait {seconds} s")
        response.headers["Retry-After"] = str(seconds)
        await response(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        kind = int(changes_something(scope))
        if self._unlimited[kind] or scope["path"] in UNLIMITED_PATHS:
            return 0.0
        address, is_loopback = counted_as(scope["client"][0] if scope.get("client") else "")
        if is_loopback and self._spares_loopback[kind] and not _was_forwarded(scope):
            return 0.0
        return self._buckets[kind].wait_s(address, time.monotonic())


def _was_forwarded(scope: Scope) -> bool:
    """Whether a proxy passed the request on: then an address of this machine is the proxy's, or its client's claim."""
    return any(name in {b"x-forwarded-for", b"forwarded"} for name, _ in scope["headers"])


def counted_as(client: str) -> tuple[str, bool]:
    """The name that an address is counted under (IPv6: its network), and whether it is a loopback address."""
    try:
        address = ip_address(client)
    except ValueError:  # a Unix socket, or a name that a proxy made up
        return "", False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return counted_as(str(address.ipv4_mapped))
        return str(int(address) >> _IPV6_NETWORK_BITS), address.is_loopback
    return client, address.is_loopback
