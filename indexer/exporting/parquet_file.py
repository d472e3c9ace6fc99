"""An exported catalogue as Parquet, with what the library ``datasets`` of Hugging Face needs to know about columns.

Rows are written in groups that are bounded in number and in bytes, so a catalogue of any size needs little memory.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from indexer.exporting.columns import (
    IMAGE_COLUMN,
    LABEL_COLUMN,
    MAP_COLUMNS,
    PREDICTION_COLUMNS,
    VECTOR_COLUMN,
    Cells,
    Layout,
    Picture,
)
from indexer.sources.parquet_rows import BUNDLE_METADATA, DATASETS_METADATA, pyarrow_modules

_GROUP_ROWS = 4096
_GROUP_BYTES = 32 * 2**20
"""Of pictures; a group ends with the picture that exceeds it."""


def write_parquet(path: Path, layout: Layout, rows: Iterable[Cells]) -> None:
    """Write a new Parquet file.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pa, pq = pyarrow_modules()
    schema = pa.schema([(name, _kind(pa, name, layout)) for name in layout.columns], metadata=_metadata(layout))
    # Only texts repeat; a dictionary of pictures or of parts of vectors would be written for nothing.
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetWriter(path, schema, use_dictionary=texts) as writer:
        for group in _groups(rows):
            columns = [_column(pa, field, [row.get(field.name) for row in group]) for field in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _groups(rows: Iterable[Cells]) -> Iterator[list[Cells]]:
    group: list[Cells] = []
    size_bytes = 0
    for row in rows:
        group.append(row)
        picture = row.get(IMAGE_COLUMN)
        size_bytes += len(picture.data) if isinstance(picture, Picture) else 0
        if len(group) == _GROUP_ROWS or size_bytes >= _GROUP_BYTES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _kind(pa: Any, name: str, layout: Layout) -> Any:
    """The type of a column."""
    kinds = {
        "genre": lambda: pa.list_(pa.string()),
        "year": pa.int32,
        PREDICTION_COLUMNS[1]: pa.float64,
        PREDICTION_COLUMNS[2]: pa.bool_,
        **dict.fromkeys(MAP_COLUMNS, pa.float32),
        LABEL_COLUMN: pa.int64,
        IMAGE_COLUMN: lambda: pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
        VECTOR_COLUMN: lambda: pa.list_(pa.float16(), _dimension(layout)),
    }
    return kinds[name]() if name in kinds and name in layout.own else pa.string()


def _column(pa: Any, field: Any, cells: list[Any]) -> Any:
    if pa.types.is_fixed_size_list(field.type):
        empty = np.zeros(field.type.list_size, np.float16)
        values = np.concatenate([empty if cell is None else cell for cell in cells])
        mask = pa.array([cell is None for cell in cells])
        return pa.FixedSizeListArray.from_arrays(pa.array(values), type=field.type, mask=mask)
    if pa.types.is_struct(field.type):
        cells = [None if cell is None else {"bytes": cell.data, "path": cell.name} for cell in cells]
    return pa.array(cells, field.type)


def _metadata(layout: Layout) -> dict[str, str]:
    features = {name: _feature(name, layout) for name in layout.columns}
    said = {DATASETS_METADATA: json.dumps({"info": {"features": features}})}
    if layout.bundle is not None and VECTOR_COLUMN in layout.own:
        bundle = layout.bundle
        said[BUNDLE_METADATA] = json.dumps({"bundle": bundle.name, "fingerprint": bundle.fingerprint})
    return said


def _feature(name: str, layout: Layout) -> Mapping[str, object]:
    """A column in the words of ``datasets`` (``datasets/features/features.py``, ``Features.to_dict``).

    Lists are called ``Sequence``, which every version reads; ``List`` is new in version 4.
    """
    if name in layout.extra:
        return _value("string")
    if name == LABEL_COLUMN:
        return {"names": list(layout.genres), "_type": "ClassLabel"}
    if name == IMAGE_COLUMN:
        return {"_type": "Image"}
    if name == VECTOR_COLUMN:
        return {"feature": _value("float16"), "length": _dimension(layout), "_type": "Sequence"}
    if name == "genre":
        return {"feature": _value("string"), "_type": "Sequence"}
    numbers = {
        "year": "int32",
        PREDICTION_COLUMNS[1]: "float64",
        PREDICTION_COLUMNS[2]: "bool",
        **dict.fromkeys(MAP_COLUMNS, "float32"),
    }
    return _value(numbers.get(name, "string"))


def _value(kind: str) -> Mapping[str, object]:
    return {"dtype": kind, "_type": "Value"}


def _dimension(layout: Layout) -> int:
    assert layout.bundle is not None
    return layout.bundle.dimension
