"""Vectors in a column of a Parquet file, made elsewhere; needs the extra ``parquet``.

A column is of lists of floating-point numbers (fp16, fp32 or fp64), of a fixed length or not. Each vector that can be
used becomes one of length 1 in fp16, which is what the database keeps; one that has this length already, as an export's
has, keeps its bits.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import unit_rows
from indexer.models.bundle import MAX_DIMENSION
from indexer.models.without_model import VectorsManifest
from indexer.sources.file_names import absolute
from indexer.sources.parquet_rows import BUNDLE_METADATA, check_file, held_file, pyarrow_modules
from sleeve.errors import SourceError

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

BATCH_VECTORS = 256
"""Vectors read at a time: 64 MiB of the longest in fp32."""

MAX_VECTORS_RATIO = 200
VECTORS_COUNT_FROM_BYTES = 2**30
"""Vectors of more bytes than this may not take more than so many times the file: what repeats is packed to nothing."""

_LENGTH_OF_ONE = 2.0**-11
"""How far the length of a vector may be from 1 if its numbers were rounded to fp16."""


@dataclass(frozen=True, slots=True)
class AskedVectors:
    """A column with vectors, and what their bundle is to be called; None for what the table is called."""

    column: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class TableVectors:
    """The vectors of a table: what is known of them, and whether a person said which bundle they belong to."""

    manifest: VectorsManifest
    is_named: bool


def table_vectors(path: Path, asked: AskedVectors) -> TableVectors:
    """What the vectors of a table are. Their dimension is the fixed length of the lists, or the commonest length of the
    first ``BATCH_VECTORS``.

    Raises:
        SourceError: the file cannot be read or holds too much, or the column is not there or of another type.
        MissingExtraError: pyarrow is not installed.
    """
    pa, pq = pyarrow_modules()
    held = held_file(path)
    try:
        with pq.ParquetFile(held, buffer_size=2**20) as file:
            check_file(path, file.metadata)
            dimension = _dimension(pa, path, file, asked.column)
            metadata = file.schema_arrow.metadata
    # As in ``parquet_rows``.
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"{path} is not a readable Parquet file") from error
    manifest = VectorsManifest(
        name=asked.name or path.stem,
        dimension=dimension,
        table=str(absolute(path)),
        column=asked.column,
        made_with=_made_with(metadata),
    )
    return TableVectors(manifest, asked.name is not None)


def _dimension(pa: Any, path: Path, file: "pyarrow.parquet.ParquetFile", column: str) -> int:
    place = file.schema_arrow.get_field_index(column)
    if place < 0:
        raise SourceError(f"{path} has no column `{column}` (asked for by --vector)")
    kind = file.schema_arrow.field(place).type
    is_fixed = pa.types.is_fixed_size_list(kind)
    if not (is_fixed or pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_floating(
        kind.value_type
    ):
        raise SourceError(f"the column `{column}` of {path} is of {kind}, not of lists of floating-point numbers")
    _check_size(path, file, column)
    if is_fixed:
        dimension = kind.list_size
    else:
        first = next(file.iter_batches(batch_size=BATCH_VECTORS, columns=[column]), None)
        lengths = [] if first is None else [length for length in _lengths(first.column(0)) if length]
        dimension = max(set(lengths), key=lengths.count, default=0)
    if not 1 <= dimension <= MAX_DIMENSION:
        what = f"vectors of {dimension:,} numbers; they may have {MAX_DIMENSION:,}" if dimension else "no vectors"
        raise SourceError(f"the column `{column}` of {path} has {what}")
    return int(dimension)


def _check_size(path: Path, file: "pyarrow.parquet.ParquetFile", column: str) -> None:
    metadata = file.metadata
    leaves = [place for place in range(metadata.num_columns) if _is_of(file.schema.column(place).path, column)]
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    numbers = sum(group.column(leaf).num_values for group in groups for leaf in leaves)
    if 8 * numbers > max(VECTORS_COUNT_FROM_BYTES, MAX_VECTORS_RATIO * held_file(path).stat().st_size):
        raise SourceError(f"the vectors in {path} unpack to over {MAX_VECTORS_RATIO} times its size")


def _is_of(leaf: str, column: str) -> bool:
    return leaf == column or leaf.startswith(f"{column}.")


def _made_with(metadata: Mapping[bytes, bytes] | None) -> str:
    """The fingerprint of the bundle that made them, if an export says it."""
    try:
        said = json.loads((metadata or {}).get(BUNDLE_METADATA.encode(), b"{}")).get("fingerprint", "")
    except (ValueError, RecursionError, AttributeError):
        return ""
    return said if isinstance(said, str) and len(said) <= 64 else ""


def vectors_of(
    file: "pyarrow.parquet.ParquetFile", vectors: VectorsManifest
) -> Iterator[NDArray[np.float16] | str | None]:
    """Of each row its vector, (d,) float16, L2-normalised; or what is wrong with it; or None if it has none."""
    for batch in file.iter_batches(batch_size=BATCH_VECTORS, columns=[vectors.column]):
        column = batch.column(0)
        with np.errstate(over="ignore"):  # what is too large for fp32 becomes infinite, and is refused as that
            numbers = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
        start = 0
        for length in _lengths(column):
            if length is None:
                yield None
                continue
            yield _vector(numbers[start : start + length], vectors.dimension)
            start += length


def _lengths(column: "pyarrow.Array") -> list[int | None]:
    lengths: list[int | None] = column.value_lengths().to_pylist()
    return lengths


def _vector(numbers: NDArray[np.float32], dimension: int) -> NDArray[np.float16] | str:
    if len(numbers) != dimension:
        return f"its vector has {len(numbers):,} numbers, not {dimension:,}"
    if not np.isfinite(numbers).all():
        return "its vector has numbers that are not finite"
    if not numbers.any():
        return "its vector is zero"
    is_unit = abs(float(np.linalg.norm(numbers.astype(np.float64))) - 1) <= _LENGTH_OF_ONE
    return (numbers if is_unit else unit_rows(numbers[np.newaxis])[0]).astype(np.float16)
