"""An exported catalogue as arrays of NumPy: an .npz file that ``numpy.load`` reads without pickle.

Rows come once, and an array is written whole, so what belongs to an array is gathered in a temporary file first.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from indexer.exporting.columns import ID_COLUMNS, MAP_COLUMNS, VECTOR_COLUMN, Cells, Layout

_CHARACTER_BYTES = 4
_LENGTH_BYTES = 4


def write_arrays(path: Path, layout: Layout, rows: Iterable[Cells]) -> None:
    """Write a new .npz file with the n covers that have a vector.

    It has ``cover_ids`` and ``album_ids`` (n,) int64, ``vectors`` (n, d) float16, ``genres`` (n, g) bool with
    ``genre_names`` (g,), ``files`` (n,), and with the map ``map`` (n, 2) float32, NaN for albums that are not on it.
    """
    embedded = (row for row in rows if row.get(VECTOR_COLUMN) is not None)
    first = next(embedded, None)
    with ExitStack() as stack:

        def aside() -> IO[bytes]:
            return stack.enter_context(TemporaryFile(dir=path.parent))

        parts = _parts(layout, first)
        gathered = {name: _Gathered(aside(), part.shape, part.dtype) for name, part in parts.items()}
        files = _GatheredTexts(aside())
        for row in chain([] if first is None else [first], embedded):
            for name, part in _parts(layout, row).items():
                gathered[name].append(part)
            files.append(row["file"])
        with ZipFile(path, "x") as archive:
            for name, array in gathered.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    array.write(member)
            with archive.open("genre_names.npy", "w") as member:
                npy.write_array(member, np.array(layout.genres, np.str_), allow_pickle=False)
            # Mostly zeros, as every text is as long as the longest.
            archive.compression = ZIP_DEFLATED
            with archive.open("files.npy", "w", force_zip64=True) as member:
                files.write(member)


def _parts(layout: Layout, row: Cells | None) -> Mapping[str, NDArray[Any]]:
    """What a row adds to each array; without a row, something of the same shape."""
    row = row or {}
    genres = set(row.get("genre", ()))
    dimension = 0 if layout.bundle is None else layout.bundle.dimension
    parts: dict[str, NDArray[Any]] = {
        "cover_ids": np.array(row.get(ID_COLUMNS[0], 0), np.int64),
        "album_ids": np.array(row.get(ID_COLUMNS[1], 0), np.int64),
        "vectors": np.asarray(row.get(VECTOR_COLUMN, np.zeros(dimension)), np.float16),
        "genres": np.array([name in genres for name in layout.genres], np.bool_),
    }
    if MAP_COLUMNS[0] in layout.own:
        parts["map"] = np.array([row.get(name) for name in MAP_COLUMNS], np.float32)
    return parts


class _Gathered:
    """An array in a file, one item of its first axis after the other."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self._file = file
        self._shape = shape
        self._dtype = np.dtype(dtype)
        self._count = 0

    def append(self, item: NDArray[Any]) -> None:
        self._count += 1
        self._file.write(item.tobytes())

    def write(self, member: IO[bytes]) -> None:
        """The whole array in the format of NumPy."""
        _write_header(member, (self._count, *self._shape), self._dtype)
        self._file.seek(0)
        copyfileobj(self._file, member)


class _GatheredTexts:
    """An array of texts, which all take the room of the longest one in the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._count = 0
        self._longest = 1

    def append(self, text: str) -> None:
        data = text.encode("utf-32-le")
        self._count += 1
        self._longest = max(self._longest, len(text))
        self._file.write(len(data).to_bytes(_LENGTH_BYTES, "little") + data)

    def write(self, member: IO[bytes]) -> None:
        """The whole array in the format of NumPy."""
        _write_header(member, (self._count,), np.dtype(f"<U{self._longest}"))
        self._file.seek(0)
        for data in self._texts():
            member.write(data.ljust(_CHARACTER_BYTES * self._longest, b"\0"))

    def _texts(self) -> Iterator[bytes]:
        while length := self._file.read(_LENGTH_BYTES):
            yield self._file.read(int.from_bytes(length, "little"))


def _write_header(member: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    npy.write_array_header_1_0(member, {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape})
