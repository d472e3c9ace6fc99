"""Whether an ONNX model keeps numbers in other files, read from its bytes alone.

Such files are not part of a bundle's fingerprint, so two models with one fingerprint could make different vectors.
The numbers below are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from collections.abc import Iterator

_PARTS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
}
"""For each kind of message the fields that lead to tensors, and what they hold."""

_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_VARINT, _LENGTH = 0, 2
_FIXED_BYTES = {1: 8, 5: 4}
"""How the kinds of values are marked in a field's tag."""

_LONGEST_VARINT = 10


def has_external_data(model: bytes) -> bool:
    """Whether any tensor of a model is in another file.

    Raises:
        ValueError: these are not the bytes of an ONNX model.
    """
    waiting = [("model", memoryview(model))]
    while waiting:
        kind, message = waiting.pop()
        for number, value in _fields(message):
            if kind == "tensor":
                if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0):
                    return True
            elif (part := _PARTS[kind].get(number)) is not None:
                if not isinstance(value, memoryview):
                    raise ValueError("a message is expected, not a number")
                waiting.append((part, value))
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a message in the wire format of Protocol Buffers: the number of each, and its value."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        wire = tag & 7
        if wire == _VARINT:
            value, end = _varint(message, place)
            yield tag >> 3, value
        else:
            length, place = _varint(message, place) if wire == _LENGTH else (_FIXED_BYTES.get(wire), place)
            if length is None or place + length > len(message):
                raise ValueError("a field is of no known kind, or goes past its message")
            end = place + length
            yield tag >> 3, message[place:end]
        place = end


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(message[place : place + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, place + shift + 1
    raise ValueError("a number has no end")
