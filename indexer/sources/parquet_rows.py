"""The rows of a Parquet file; needs the extra ``parquet``.

Memory stays bounded however well a file is packed: a text that repeats is kept once, a row's length is bounded as a
line of JSON is, images are read one at a time, and what has no plain text is not read.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.images.storage import ObjectPath
from indexer.sources.table_rows import MAX_COLUMNS, MAX_LINE_CHARACTERS, Cell, TableRow, as_cell
from sleeve.errors import MissingExtraError, SourceError

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

PARQUET_SUFFIX = ".parquet"

DATASETS_METADATA = "huggingface"
"""Where the library ``datasets`` keeps what it knows of the columns, as JSON."""

BUNDLE_METADATA = "sleeve"
"""Where an export says whose vectors it holds, as JSON."""

BATCH_ROWS = 1024
MAX_ROWS = 100_000_000

MAX_ROWS_A_BYTE = 4
"""A file of more rows than ``ROWS_COUNT_FROM`` may not have more than this many for each of its bytes."""

ROWS_COUNT_FROM = 100_000

MAX_UNPACKED_BYTES = 2**30
"""What a row group may say that it unpacks to."""


MAX_IMAGE_RATIO = 200
"""Images of more than ``IMAGES_COUNT_FROM_BYTES`` together may not be more than this many times the file: one image can
be kept once for any number of rows."""

IMAGES_COUNT_FROM_BYTES = 2**30

_BUFFER_BYTES = 2**20


def pyarrow_modules() -> tuple[Any, Any]:
    """``pyarrow`` and ``pyarrow.parquet``.

    Raises:
        MissingExtraError: they are not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise MissingExtraError("Parquet", "pyarrow", "parquet") from error
    return pa, pq


ImageColumn = Callable[[Sequence[str]], str | None]
"""Which of the columns with bytes has the images."""

VectorsOf = Callable[["pyarrow.parquet.ParquetFile"], Iterator[NDArray[np.float16] | str | None]]
"""The vector of each row, or what is wrong with it."""


def held_file(path: Path) -> Path:
    """The file, or the copy of it if it is an object.

    Raises:
        SourceError: it cannot be fetched.
    """
    try:
        return path.fetched() if isinstance(path, ObjectPath) else path
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


def parquet_rows(
    path: Path, image_column: ImageColumn, vector_column: str | None = None, vectors: VectorsOf | None = None
) -> Iterator[TableRow]:
    """The rows, after a row 0 that only names the columns.

    The cell of the image is what its file is called, if that is known. The numbers of class labels are the names that
    ``datasets`` (Hugging Face) left in the file.

    Args:
        vector_column, vectors: which column has vectors that are asked for, and what reads them.

    Raises:
        SourceError: the file cannot be read, or holds too much.
        MissingExtraError: pyarrow is not installed.
    """
    pa, pq = pyarrow_modules()
    held = held_file(path)
    try:
        with pq.ParquetFile(held) as file:
            check_file(path, file.metadata)
            leaves = [file.schema.column(number) for number in range(file.metadata.num_columns)]
            image = image_column([field.name for field in file.schema_arrow if _holds_bytes(pa, field.type)])
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        # Of images a dictionary would keep several.
        texts = [text for text in texts if image is None or (text != image and not text.startswith(f"{image}."))]
        with (
            pq.ParquetFile(held, read_dictionary=texts) as file,
            _stream(pq, held) as images,
            _stream(pq, held) as numbers,
        ):
            found = repeat(("", None)) if image is None else _images(pa, path, images, image)
            made = repeat(None) if vectors is None else vectors(numbers)
            yield from _rows(pa, path, file, image, found, vector_column, made)
    # pyarrow's own errors are of these kinds, among others of ValueError and OSError.
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"{path} is not a readable Parquet file") from error


def _stream(pq: Any, path: Path) -> "pyarrow.parquet.ParquetFile":
    """A file whose columns are read piece by piece, not as a whole."""
    return pq.ParquetFile(path, buffer_size=_BUFFER_BYTES)


def check_file(path: Path, metadata: Any) -> None:
    """Complain about a file that says that it holds more than one of its size should (``SourceError``)."""
    # Only the file as a whole is asked about: pyarrow has ended the process over damaged files.
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    if max((group.total_byte_size for group in groups), default=0) > MAX_UNPACKED_BYTES:
        raise SourceError(
            f"a row group of {path} unpacks to over {MAX_UNPACKED_BYTES // 2**30} GiB; write it in smaller ones"
        )
    if metadata.num_rows > max(ROWS_COUNT_FROM, MAX_ROWS_A_BYTE * path.stat().st_size):
        raise SourceError(f"{path} says that it holds {metadata.num_rows:,} rows, more than a file of its size should")


def _holds_bytes(pa: Any, kind: "pyarrow.DataType") -> bool:
    """Whether a column is of bytes, or of files as ``datasets`` has them: bytes and a path."""
    if pa.types.is_struct(kind):
        place = kind.get_field_index("bytes")
        return place >= 0 and _holds_bytes(pa, kind.field(place).type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _images(
    pa: Any, path: Path, file: "pyarrow.parquet.ParquetFile", column: str
) -> Iterator[tuple[str, bytes | None]]:
    """What the file of each row is called, and its bytes."""
    kind = file.schema_arrow.field(column).type
    inner = [field.name for field in kind if field.name in {"bytes", "path"}] if pa.types.is_struct(kind) else []
    parts = [f"{column}.{name}" for name in inner] or [column]
    bytes_left = max(IMAGES_COUNT_FROM_BYTES, MAX_IMAGE_RATIO * path.stat().st_size)
    for batch in file.iter_batches(batch_size=1, columns=parts):
        cell = batch.column(0)[0].as_py()
        found = cell if isinstance(cell, dict) else {"bytes": cell}
        name, data = found.get("path"), found.get("bytes") or None
        bytes_left -= len(data or b"")
        if bytes_left < 0:
            raise SourceError(f"the images in {path} unpack to over {MAX_IMAGE_RATIO} times its size")
        yield name if isinstance(name, str) else "", data


def class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """The names of classes by column, as ``datasets`` notes them; of a list of labels too."""
    try:
        features = json.loads((metadata or {}).get(DATASETS_METADATA.encode(), b"{}"))["info"]["features"]
        return {name: names for name, feature in features.items() if (names := _names_in(feature))}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}


def _names_in(feature: Any) -> list[str]:
    if isinstance(feature, list):  # as versions before 2 wrote lists
        feature = {"feature": feature[0]}
    inner = feature.get("feature")
    if inner is not None:
        return _names_in(inner)
    return [str(name) for name in feature["names"]] if feature.get("_type") == "ClassLabel" else []


def _rows(
    pa: Any,
    path: Path,
    file: "pyarrow.parquet.ParquetFile",
    image: str | None,
    images: Iterator[tuple[str, bytes | None]],
    vector_column: str | None,
    vectors: Iterator[NDArray[np.float16] | str | None],
) -> Iterator[TableRow]:
    columns = file.schema_arrow.names
    if len(columns) > MAX_COLUMNS or file.metadata.num_rows > MAX_ROWS:
        raise SourceError(f"{path} has over {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows")
    empty: dict[str, Cell] = dict.fromkeys(columns, "")
    yield TableRow(0, empty)
    plain = [field.name for field in file.schema_arrow if _is_plain(pa, field.type)]
    read = [name for name in plain if name != vector_column]
    names_of = class_names(file.schema_arrow.metadata)
    number = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=read):
        found = {name: _values(pa, batch.column(place)) for place, name in enumerate(batch.schema.names)}
        found |= {name: _named(found[name], names) for name, names in names_of.items() if name in found}
        for place in range(batch.num_rows):
            number += 1
            values = {name: column[place] for name, column in found.items()}
            name, data = next(images)
            vector = next(vectors)
            if image is not None:
                values[image] = name
            if sum(map(_length, values.values())) > MAX_LINE_CHARACTERS:
                yield TableRow(number, {}, f"the row is longer than {MAX_LINE_CHARACTERS:,} characters")
            elif isinstance(vector, str):
                yield TableRow(number, {}, vector)
            else:
                cells = {name: as_cell(value) for name, value in values.items()}
                yield TableRow(number, {**empty, **cells}, image=data, image_column=image, vector=vector)


def _is_plain(pa: Any, kind: "pyarrow.DataType") -> bool:
    """Whether a column is of texts, numbers, or lists of these."""
    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind) or types.is_dictionary(kind):
        return _is_plain(pa, kind.value_type)
    plain = (
        types.is_string,
        types.is_large_string,
        types.is_string_view,
        types.is_integer,
        types.is_floating,
        types.is_boolean,
    )
    return any(is_kind(kind) for is_kind in plain)


def _values(pa: Any, column: "pyarrow.Array") -> list[Any]:
    """A column's values; what is the same in several rows is one object."""
    if isinstance(column, pa.DictionaryArray):
        words = column.dictionary.to_pylist()
        return [None if place is None else words[place] for place in column.indices.to_pylist()]
    if isinstance(column, pa.ListArray | pa.LargeListArray):
        items, start, lists = _values(pa, column.flatten()), 0, []
        for length in column.value_lengths().to_pylist():
            lists.append(None if length is None else items[start : start + length])
            start += length or 0
        return lists
    return column.to_pylist()  # type: ignore[no-any-return]


def _named(values: list[Any], names: Sequence[str]) -> list[Any]:
    """The names of class labels, which are numbers from 0; -1 is no label."""

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [name for each in value if (name := named(each)) is not None]
        if isinstance(value, int):
            return names[value] if 0 <= value < len(names) else None
        return value

    return [named(value) for value in values]


def _length(value: object) -> int:
    """Characters of a value; of a list, all of them and one more for each item."""
    if isinstance(value, list):
        return sum(map(_length, value)) + len(value)
    return len(value) if isinstance(value, str) else 1
