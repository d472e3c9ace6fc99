"""Where there is no network but the loopback, for servers that listen to every address: `unshare --net`."""

import socket
import struct
import sys

_SET_FLAGS, _GET_FLAGS, _UP = 0x8914, 0x8913, 0x1


def is_alone() -> bool:
    """Whether there is no other network here."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]


def bring_up() -> None:
    """Let the loopback carry something; in a fresh namespace it is down."""
    if sys.platform == "linux":
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            request = struct.pack("16sh22x", b"lo", 0)
            flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, _GET_FLAGS, request))[1]
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags | _UP))
