"""Arrays as bytes: an npz file without pickles, small enough for a file of a bundle or a field of the database."""

import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from sleeve.errors import BundleError

MAX_UNPACKED_BYTES = 64 * 2**20

_DAMAGE = (
    BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)
"""What reading damaged bytes can raise from NumPy and the standard library's zip."""


def unpack(data: bytes, names: Sequence[str], what: str) -> list[NDArray[Any]]:
    """The arrays of these names.

    Args:
        what: the thing that they are, for the error: "head".

    Raises:
        BundleError: these are not the bytes of such arrays, or they unpack to more than ``MAX_UNPACKED_BYTES``.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            unpacked_bytes = sum(member.file_size for member in archive.infolist())
        if unpacked_bytes > MAX_UNPACKED_BYTES:
            raise BundleError(f"the {what} is damaged: its file unpacks to more than 64 MiB")
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except _DAMAGE as error:
        raise BundleError(f"the {what} is damaged: its file cannot be read") from error
