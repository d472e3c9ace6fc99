"""Which addresses a host has, and which of all addresses are on the public Internet."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is routed on the Internet today (RFC 4291, IANA's registry)."""

_REFUSED = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.88.99.0/24",  # 6to4 relays (RFC 7526)
            "168.63.129.16/32",  # a public address that is Azure's own service inside every virtual network
            "2001::/23",  # Teredo, ORCHID and other protocol assignments (RFC 2928)
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside (RFC 3056)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""Added to those of ``ipaddress``, whose tables differ between Python's versions. NAT64 (64:ff9b::/96), IPv4-mapped and
IPv4-compatible addresses are outside global unicast."""


def is_public(address: Address) -> bool:
    """Whether an address is a host's on the public Internet, and no other spelling of one that is not."""
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_UNICAST):
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _REFUSED)


def system_addresses(host: str, timeout_s: float) -> list[Address]:
    """The addresses of a host, the one to try first first, as the system resolves them.

    Raises:
        OSError: there are none, or none in time (``TimeoutError``).
    """
    answers: SimpleQueue[list[Address] | OSError] = SimpleQueue()
    # The system's resolver knows no timeout; a thread that nobody waits for gives it one.
    Thread(target=_resolve, args=(host, answers), name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except Empty:
        raise TimeoutError(f"{host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _resolve(host: str, answers: "SimpleQueue[list[Address] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        answers.put(list(dict.fromkeys(ip_address(entry[4][0]) for entry in found)))
    except OSError as error:
        answers.put(error)
    except ValueError as error:  # a label past 63 characters, which is Python's own check
        answers.put(OSError(str(error)))
