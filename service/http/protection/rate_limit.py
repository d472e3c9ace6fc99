"""How often one address may ask and change, and how much it may ask for: token buckets for each."""

import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem
from service.http.protection.changes import changes_something

READS_PER_MINUTE = 6_000
WRITES_PER_MINUTE = 300
"""The defaults, which do not hold for the machine that the service runs on. A page of covers is fifty reads."""

FETCHES_PER_MINUTE = 30
"""Images by URL: each makes the service ask another host."""

EMBEDDED_READS = 20
"""Reads that an image or a text to embed counts as, in addition to its request: it takes about twenty times as long."""

FOUND_READS = 4
"""Reads that a search for words counts as, in addition to its request: up to 120 albums are compared with them."""

MAX_ADDRESSES = 10_000
"""Addresses and networks remembered; the one seen longest ago is forgotten first."""

UNLIMITED_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

_IPV6_NETWORK_BITS = 64
"""The smallest network that a customer gets; within it he can choose any address."""

_IPV6_SITE_BITS = 80
_SITE_SHARE = 10
"""A site of IPv6 has 65,536 networks, of one customer or of many: together they may ask ten times as often."""

_KEPT_CLIENTS = 64
"""Addresses whose buckets are remembered by name; a proxy may have made up long ones."""


class Buckets:
    """Buckets with names, each filled at an even rate up to a minute's worth."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def wait_s(self, names: Mapping[str, int], now_s: float, tokens: int = 1) -> float:
        """Take tokens from all of these buckets; 0 if all had them, else the seconds until they do.

        Args:
            names: how many times as large as an ordinary one each bucket is.
            tokens: at most a bucket of them is taken.
        """
        tokens = min(tokens, self._per_minute)
        left = {name: self._filled(name, size, now_s) for name, size in names.items()}
        wait_s = max((tokens - left[name]) * 60 / (self._per_minute * size) for name, size in names.items())
        for name, amount in left.items():
            self._left[name] = (amount - tokens if wait_s <= 0 else amount, now_s)
            self._left.move_to_end(name)
        while len(self._left) > MAX_ADDRESSES:
            self._left.popitem(last=False)
        return max(0.0, wait_s)

    def _filled(self, name: str, size: int, now_s: float) -> float:
        most = float(self._per_minute * size)
        left, at_s = self._left.get(name, (most, now_s))
        return min(most, left + (now_s - at_s) * most / 60)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the sender of a request may ask for; a route takes from it what the request turns out to need.

    Attributes:
        names: the buckets that the sender's address is counted in.
        reads, fetches: None if they are not limited.
    """

    names: Mapping[str, int]
    reads: Buckets | None
    fetches: Buckets | None

    def take_embedded(self, count: int) -> None:
        """Take what embedding ``count`` images and texts counts as; raises the 429 if it is too much."""
        _take(self.reads, self.names, count * EMBEDDED_READS)

    def take_reads(self, count: int) -> None:
        """Take ``count`` reads; raises the 429 if it is too much."""
        _take(self.reads, self.names, count)

    def take_found(self) -> None:
        """Take what a search for words counts as; raises the 429 if it is too much."""
        _take(self.reads, self.names, FOUND_READS)

    def take_fetch(self) -> None:
        """Take the fetching of an image; raises the 429 if it is too much."""
        _take(self.fetches, self.names, 1)


class RateLimit:
    """Answers 429 with ``Retry-After`` to an address that asks, or changes, too often.

    Each worker process counts for itself. ``request.state.allowance`` is what routes take more from.

    Args:
        reads_per_minute: 0 for no limit; None for the default, which spares loopback addresses.
        writes_per_minute: likewise.
    """

    def __init__(self, app: ASGIApp, reads_per_minute: int | None, writes_per_minute: int | None) -> None:
        self._app = app
        self._spares_loopback = (reads_per_minute is None, writes_per_minute is None)
        self._reads = _buckets(reads_per_minute, READS_PER_MINUTE)
        self._writes = _buckets(writes_per_minute, WRITES_PER_MINUTE)
        self._fetches = None if reads_per_minute == 0 else Buckets(FETCHES_PER_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope.setdefault("state", {})["allowance"] = self._allowance(scope)
            except HTTPException as refused:
                response = problem(refused.status_code, refused.detail)
                response.headers.update(refused.headers or {})
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _allowance(self, scope: Scope) -> Allowance:
        """What is left for the sender after the request itself."""
        names, is_loopback = counted_as(scope["client"][0] if scope.get("client") else "")
        is_own = is_loopback and not _was_forwarded(scope)
        spares_reads, spares_writes = (is_own and spares for spares in self._spares_loopback)
        reads, writes = (None if spares_reads else self._reads), (None if spares_writes else self._writes)
        if scope["path"] not in UNLIMITED_PATHS:
            _take(writes if changes_something(scope) else reads, names, 1)
        return Allowance(names, reads, None if spares_reads else self._fetches)


def _buckets(per_minute: int | None, default: int) -> Buckets | None:
    return None if per_minute == 0 else Buckets(default if per_minute is None else per_minute)


def _take(buckets: Buckets | None, names: Mapping[str, int], tokens: int) -> None:
    if buckets is None or not tokens:
        return
    seconds = math.ceil(buckets.wait_s(names, time.monotonic(), tokens))
    if seconds:
        detail = f"too many requests from your address; wait {seconds} s"
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(seconds)})


def _was_forwarded(scope: Scope) -> bool:
    """Whether a proxy passed the request on: then an address of this machine is the proxy's, or its client's claim."""
    return any(name in {b"x-forwarded-for", b"forwarded"} for name, _ in scope["headers"])


@lru_cache(_KEPT_CLIENTS)
def counted_as(client: str) -> tuple[Mapping[str, int], bool]:
    """The buckets that an address is counted in with their sizes, and whether it is a loopback address.

    An IPv6 address is counted in its network (/64) and in that network's site (/48).
    """
    try:
        address = ip_address(client)
    except ValueError:  # a Unix socket, or a name that a proxy made up
        return {"": 1}, False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return counted_as(str(address.ipv4_mapped))
        network, site = int(address) >> _IPV6_NETWORK_BITS, int(address) >> _IPV6_SITE_BITS
        return {f"{network}/64": 1, f"{site}/48": _SITE_SHARE}, address.is_loopback
    return {client: 1}, address.is_loopback
