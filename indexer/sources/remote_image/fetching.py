"""Fetching: resolve once, connect to that very address, follow few redirects, stop at the byte and at the second."""

import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse

from indexer.images.decoding import DEFAULT_LIMITS, DecodingLimits
from indexer.sources.remote_image.addresses import Address, is_public, system_addresses
from indexer.sources.remote_image.target import PORTS, Target, redirected, refused, target_of
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

TOTAL_TIME_S = 10.0
"""From the first look at the URL to the last byte, redirects and name look-ups included."""

MAX_REDIRECTS = 3

_MAX_ADDRESSES = 4
_CHUNK_BYTES = 2**16
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "image/*",
    # Pictures are compressed already, and what is not packed cannot unpack to more than was counted.
    "Accept-Encoding": "identity",
    "User-Agent": "sleeve/1",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far fetching may go; the default is the public Internet on the two usual ports.

    Attributes:
        resolve: host and seconds left → its addresses; raises ``OSError`` if there are none.
        allowed: whether an address may be connected to. A host is refused if any of its addresses may not.
        ports: those that URLs may name; None for any.
        tls: checks certificates and host names; None for the system's certificates.
    """

    resolve: Callable[[str, float], Sequence[Address]] = system_addresses
    allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] | None = frozenset(PORTS.values())
    tls: ssl.SSLContext | None = None


PUBLIC = Reach()


class UnreachableHostError(FileRejectedError):
    """A host is not on the public Internet, or does not answer; its text says which, not for strangers to read.

    Args:
        host: as the URL names it.
    """

    def __init__(self, reason: Rejection, host: str, what: str) -> None:
        super().__init__(reason, f"{host} {what}")
        self.host = host


def fetch_image(
    url: str, limits: DecodingLimits = DEFAULT_LIMITS, *, reach: Reach = PUBLIC, total_time_s: float = TOTAL_TIME_S
) -> bytes:
    """The bytes behind a URL, not looked at. Blocks for ``total_time_s`` at most; safe from several threads.

    Raises:
        FileRejectedError: FORBIDDEN_URL (the URL, or where it leads), UNREACHABLE (no answer, none in time, an error
            answer), TOO_MANY_BYTES, TRUNCATED (less came than was announced) or EMPTY.
    """
    max_bytes = limits.max_bytes
    deadline = _Deadline(total_time_s)
    target = target_of(url, reach.ports)
    for _ in range(MAX_REDIRECTS + 1):
        with _response(target, _HEADERS, reach, deadline) as response:
            answer = _image(response, max_bytes)
        if isinstance(answer, bytes):
            return answer
        target = redirected(target, answer.location, reach.ports)
    raise refused(f"more than {MAX_REDIRECTS} redirects")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a web server, whatever its status; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    url: str,
    *,
    headers: Mapping[str, str],
    max_bytes: int,
    reach: Reach = PUBLIC,
    total_time_s: float = TOTAL_TIME_S,
    form: bytes | None = None,
    with_body: bool = True,
) -> Answer:
    """Ask once, under the rules of ``fetch_image`` but following nothing. Blocks for ``total_time_s`` at most.

    Args:
        form: what is sent with a POST, url-encoded; None for a GET.
        with_body: whether the body is read; else the connection ends after the headers, and it is empty.

    Raises:
        FileRejectedError: FORBIDDEN_URL, UNREACHABLE (no answer, none in time), TOO_MANY_BYTES, TRUNCATED.
    """
    target = target_of(url, reach.ports)
    request_headers = {"Accept-Encoding": "identity", "Connection": "close", **headers}
    if form is not None:
        request_headers["Content-Type"] = "application/x-www-form-urlencoded"
    with _response(target, request_headers, reach, _Deadline(total_time_s), form) as response:
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, _body(response, max_bytes) if with_body else b"")


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str


class _Deadline:
    """The moment at which everything ends."""

    def __init__(self, seconds: float) -> None:
        self.total_s = seconds
        self._at_s = time.monotonic() + seconds

    def left_s(self) -> float:
        """Seconds that are left; raises ``TimeoutError`` when none are."""
        left = self._at_s - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Incoming(io.RawIOBase):
    """What a socket receives; never waits past the deadline, however slowly the other side drips."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._socket.settimeout(self._deadline.left_s())
        return self._socket.recv_into(buffer)


class _BoundedSocket:
    """As much of a socket as ``http.client`` uses, bounded by the deadline."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.left_s())
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._socket, self._deadline), _CHUNK_BYTES)

    def close(self) -> None:
        """Called while the answer is still to be read; whoever connected closes."""


@contextmanager
def _response(
    target: Target, headers: Mapping[str, str], reach: Reach, deadline: _Deadline, form: bytes | None = None
) -> Iterator[HTTPResponse]:
    """An answer that is still to be read; whatever goes wrong before or while it is read is UNREACHABLE."""
    try:
        addresses = list(reach.resolve(target.host, deadline.left_s()))
        if not addresses or not all(map(reach.allowed, addresses)):
            raise UnreachableHostError(Rejection.FORBIDDEN_URL, target.host, "is not on the public Internet")
        with _connected(addresses[:_MAX_ADDRESSES], target, reach, deadline) as connected:
            connection = HTTPConnection(target.host, target.port)
            connection.sock = _BoundedSocket(connected, deadline)
            method = "GET" if form is None else "POST"
            connection.request(method, target.path, body=form, headers={"Host": target.host_header, **headers})
            with connection.getresponse() as response:
                yield response
    except TimeoutError as error:
        raise _unreachable(f"not there within {deadline.total_s:g} s") from error
    except ssl.SSLCertVerificationError as error:
        raise _unreachable(f"{target.host}: {error.verify_message}") from error
    except (OSError, HTTPException) as error:
        what = "does not answer as a web server should"
        raise UnreachableHostError(Rejection.UNREACHABLE, target.host, what) from error


def _connected(
    addresses: Sequence[Address], target: Target, reach: Reach, deadline: _Deadline
) -> socket.socket | ssl.SSLSocket:
    """A connection to the first of the addresses that takes one; never to a name, which could lead elsewhere by now."""
    for tries_left in reversed(range(len(addresses))):
        address = addresses[-1 - tries_left]
        try:
            # A part of the time for each, so that one that swallows everything does not use it up.
            plain = socket.create_connection((str(address), target.port), deadline.left_s() / (tries_left + 1))
            break
        except OSError:
            if not tries_left:
                raise
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(deadline.left_s())
        return (reach.tls or _system_tls()).wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


@cache
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _image(response: HTTPResponse, max_bytes: int) -> bytes | _Redirect:
    location = response.getheader("Location")
    if response.status in REDIRECTS and location:
        return _Redirect(location)
    if response.status != 200:
        raise _unreachable(f"the answer is {response.status}")
    data = _body(response, max_bytes)
    if not data:
        raise FileRejectedError(Rejection.EMPTY)
    return data


def _body(response: HTTPResponse, max_bytes: int) -> bytes:
    if response.getheader("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise _unreachable("the answer is compressed, which was not asked for")
    announced = response.length
    if announced is not None and announced > max_bytes:
        raise _too_many(max_bytes)
    data = bytearray()
    while len(data) <= max_bytes and (announced is None or len(data) < announced):
        wanted = _CHUNK_BYTES if announced is None else min(_CHUNK_BYTES, announced - len(data))
        chunk = response.read1(wanted)
        if not chunk:
            break
        data += chunk
    if len(data) > max_bytes:
        raise _too_many(max_bytes)
    if announced is not None and len(data) < announced:
        raise FileRejectedError(Rejection.TRUNCATED, f"{len(data):,} of {announced:,} bytes came")
    return bytes(data)


def _too_many(max_bytes: int) -> FileRejectedError:
    return FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {max_bytes:,} bytes")


def _unreachable(detail: str) -> FileRejectedError:
    return FileRejectedError(Rejection.UNREACHABLE, detail)
