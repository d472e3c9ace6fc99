"""The rows of a table, whatever it is written as, and what is guessed to read it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from indexer.old_encodings import Likely
from indexer.sources.columns import image_column
from indexer.sources.parquet_rows import PARQUET_SUFFIX, parquet_rows
from indexer.sources.parquet_vectors import TableVectors, vectors_of
from indexer.sources.table_rows import IsHeader, TableRow, table_rows
from indexer.sources.text_encoding import encoding_of, is_guess, known_encoding
from sleeve.errors import SourceError


def rows_of(
    path: Path,
    columns: Mapping[str, str],
    encoding: str | None,
    is_header: IsHeader,
    vectors: TableVectors | None = None,
) -> tuple[Iterator[TableRow], str]:
    """The rows, and which encoding is guessed; empty if that is certain.

    Args:
        columns: names of ``COLUMNS`` → what this table calls them.
        encoding: of a table that is text; None to find out.
        is_header: finds the row of a text that names its columns.
        vectors: those of a Parquet file that are asked for.

    Raises:
        SourceError: the table cannot be read, or the encoding is unknown or of no use.
        MissingExtraError: Parquet cannot be read here.
    """
    if path.suffix.lower() == PARQUET_SUFFIX:
        if encoding:
            raise SourceError(f"{path} is a Parquet file, which needs no --encoding")
        return _parquet_rows(path, columns, vectors), ""
    likely = Likely(known_encoding(encoding)) if encoding else encoding_of(path)
    rows = table_rows(path, likely.encoding, is_header)
    said = f"{path}: its encoding seems to be {likely}; --encoding says otherwise"
    return rows, said if is_guess(likely) and not encoding else ""


def _parquet_rows(path: Path, columns: Mapping[str, str], vectors: TableVectors | None) -> Iterator[TableRow]:
    def has_images(holding: Sequence[str]) -> str | None:
        return image_column(holding, columns)

    if vectors is None:
        return parquet_rows(path, has_images)
    return parquet_rows(path, has_images, vectors.manifest.column, partial(vectors_of, vectors=vectors.manifest))
