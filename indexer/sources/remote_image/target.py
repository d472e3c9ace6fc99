"""URL → where to connect and what to ask for; everything that is not a plain web address is refused."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

MAX_URL_CHARACTERS = 2_000

PORTS = {"http": 80, "https": 443}

_WRITTEN = re.compile(r"[!-~]+")
"""Printable ASCII without spaces: ``urlsplit`` would drop a tab or a line break, another program would not."""

_NUMBER = re.compile(r"([0-9]+|0[xX][0-9a-fA-F]*)")


@dataclass(frozen=True, slots=True)
class Target:
    """One request: ``path`` with the query, ``host`` without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def target_of(url: str, ports: frozenset[int] | None) -> Target:
    """Take a URL apart.

    Args:
        ports: those that may be named; None for any.

    Raises:
        FileRejectedError: FORBIDDEN_URL, saying what about it will not do.
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise refused(f"longer than {MAX_URL_CHARACTERS:,} characters")
    if not _WRITTEN.fullmatch(url) or "\\" in url:
        raise refused("only printable ASCII without spaces and backslashes; percent-encode the rest")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refused("not a URL") from None
    if parts.scheme not in PORTS:
        raise refused("not an http or https URL")
    if "@" in parts.netloc:
        raise refused("it holds a user name or password")
    if not host or "%" in host:
        raise refused("it names no host")
    if _is_odd_number(host):
        raise refused("the host is an address in an unusual spelling")
    port = PORTS[parts.scheme] if port is None else port
    if ports is not None and port not in ports:
        raise refused(f"port {port}")
    query = f"?{parts.query}" if parts.query else ""
    return Target(url, parts.scheme, host, port, (parts.path or "/") + query)


def redirected(target: Target, location: str, ports: frozenset[int] | None) -> Target:
    """Where an answer sends on to.

    Raises:
        FileRejectedError: FORBIDDEN_URL, as for the first URL.
    """
    try:
        return target_of(urljoin(target.url, location), ports)
    except ValueError:
        raise refused("it sends on to what is not a URL") from None


def refused(detail: str) -> FileRejectedError:
    return FileRejectedError(Rejection.FORBIDDEN_URL, detail)


def _is_odd_number(host: str) -> bool:
    """Whether resolvers read the host as a number (2130706433, 0x7f.1, 127.1): by its last label, as browsers do."""
    try:
        ip_address(host)
    except ValueError:
        return _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None
    return False
