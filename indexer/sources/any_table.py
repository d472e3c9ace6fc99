"""The rows of a table, whatever it is written as, and what is guessed to read it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.old_encodings import Likely
from indexer.sources.columns import image_column
from indexer.sources.parquet_rows import PARQUET_SUFFIX, parquet_rows
from indexer.sources.table_rows import IsHeader, TableRow, table_rows
from indexer.sources.text_encoding import encoding_of, is_guess, known_encoding
from sleeve.errors import SourceError


def rows_of(
    path: Path, columns: Mapping[str, str], encoding: str | None, is_header: IsHeader
) -> tuple[Iterator[TableRow], str]:
    """The rows, and which encoding is guessed; empty if that is certain.

    Args:
        columns: names of ``COLUMNS`` → what this table calls them.
        encoding: of a table that is text; None to find out.
        is_header: finds the row of a text that names its columns.

    Raises:
        SourceError: the table cannot be read, or the encoding is unknown or of no use.
        MissingExtraError: Parquet cannot be read here.
    """
    if path.suffix.lower() == PARQUET_SUFFIX:
        if encoding:
            raise SourceError(f"{path} is a Parquet file, which needs no --encoding")
        return parquet_rows(path, lambda holding: image_column(holding, columns)), ""
    likely = Likely(known_encoding(encoding)) if encoding else encoding_of(path)
    rows = table_rows(path, likely.encoding, is_header)
    said = f"{path}: its encoding seems to be {likely}; --encoding says otherwise"
    return rows, said if is_guess(likely) and not encoding else ""
