"""Small ICC profiles, written by the specification (ICC.1:2022), for these tests."""

import struct
from collections.abc import Mapping

import numpy as np

# CIELAB under D50 of inks on paper, about those of an offset press: paper, each ink alone, and each two.
INKS = {
    (0, 0, 0, 0): (95, 0, -2),
    (1, 0, 0, 0): (55, -37, -50),
    (0, 1, 0, 0): (48, 74, -3),
    (0, 0, 1, 0): (89, -5, 93),
    (0, 1, 1, 0): (47, 68, 48),
    (1, 0, 1, 0): (50, -65, 27),
    (1, 1, 0, 0): (24, 17, -46),
    (1, 1, 1, 0): (23, 0, 0),
}
BLACK_INK = (16, 0, 0)

P3 = ((0.51512, 0.29198, 0.1571), (0.2412, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407))
"""Linear Display P3 to XYZ under D50, as its profile has it."""


def profile(space: bytes, tags: Mapping[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """A display or printer profile with these tags."""
    white = b"XYZ " + bytes(4) + _fixed(0.9642, 1.0, 0.8249)
    table, body = b"", b""
    entries = {b"wtpt": white, **tags}
    start = 128 + 4 + 12 * len(entries)
    for name, content in entries.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s12s4s", 0, b"\0" * 4, 0x02400000, b"mntr", space, connection, bytes(12), b"acsp")
    head = head.ljust(68, b"\0") + _fixed(0.9642, 1.0, 0.8249)
    whole = head.ljust(128, b"\0") + struct.pack(">I", len(entries)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def rgb_profile(matrix: tuple[tuple[float, ...], ...], gamma: float) -> bytes:
    """A profile of three primaries (the columns of the matrix) and a gamma."""
    columns = {
        name + b"XYZ": b"XYZ " + bytes(4) + _fixed(*column)
        for name, column in zip((b"r", b"g", b"b"), np.array(matrix).T, strict=True)
    }
    return profile(b"RGB ", {**columns, **{name + b"TRC": _gamma(gamma) for name in (b"r", b"g", b"b")}})


def grey_profile(gamma: float) -> bytes:
    """A profile of grey with a gamma."""
    return profile(b"GRAY", {b"kTRC": _gamma(gamma)})


def cmyk_profile() -> bytes:
    """A profile of the inks above: between them it is linear in CIELAB; every mixture with black is black."""
    nodes = []
    for node in np.ndindex(2, 2, 2, 2):
        light, a, b = BLACK_INK if node[3] else INKS[node]
        nodes += [round(light * 255 / 100), a + 128, b + 128]
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return profile(b"CMYK", {b"A2B0": lut + ramp * 4 + bytes(nodes) + ramp * 3}, b"Lab ")


def _gamma(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))
