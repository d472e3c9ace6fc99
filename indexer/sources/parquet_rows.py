"""The rows of a Parquet file; needs the extra ``parquet``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.errors import SourceError
from indexer.sources.table_rows import MAX_COLUMNS, Row, as_cell

if TYPE_CHECKING:
    import pyarrow.parquet

BATCH_ROWS = 1024
MAX_ROWS = 100_000_000

_MISSING = "Parquet needs pyarrow; install it with `pip install 'sleeve[parquet]'`, or use CSV or JSON Lines"


def pyarrow_modules() -> tuple[Any, Any]:
    """``pyarrow`` and ``pyarrow.parquet``.

    Raises:
        SourceError: they are not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise SourceError(_MISSING) from error
    return pa, pq


def parquet_rows(path: Path) -> Iterator[Row]:
    """The rows, after a row 0 that only tells the columns.

    Raises:
        SourceError: the file cannot be read, or pyarrow is not installed.
    """
    pa, pq = pyarrow_modules()
    try:
        with pq.ParquetFile(path) as file:
            yield from _rows(path, file)
    # pyarrow's own errors are of these kinds, among others of ValueError and OSError.
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"{path} is not a readable Parquet file") from error


def _rows(path: Path, file: "pyarrow.parquet.ParquetFile") -> Iterator[Row]:
    columns = file.schema_arrow.names
    if len(columns) > MAX_COLUMNS or file.metadata.num_rows > MAX_ROWS:
        raise SourceError(f"{path} has over {MAX_COLUMNS:,} columns or {MAX_ROWS:,} rows")
    yield Row(0, dict.fromkeys(columns, ""))
    number = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        for values in batch.to_pylist():
            number += 1
            yield Row(number, {name: as_cell(value) for name, value in values.items()})
