"""How is the catalogue written for other programs? As a table, as arrays of NumPy, with a dataset card."""

from indexer.exporting.array_file import write_arrays
from indexer.exporting.columns import (
    COVER_COLUMNS,
    ID_COLUMNS,
    IMAGE_COLUMN,
    LABEL_COLUMN,
    LIST_COLUMNS,
    MAP_COLUMNS,
    MATCH_COLUMNS,
    PREDICTION_COLUMNS,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    Cells,
    Layout,
    Picture,
)
from indexer.exporting.dataset_card import CARD_NAME, write_card
from indexer.exporting.parquet_file import write_parquet
from indexer.exporting.row_table import ROW_SUFFIXES, write_rows
from indexer.exporting.text_files import write_csv, write_jsonl

__all__ = [
    "CARD_NAME",
    "COVER_COLUMNS",
    "ID_COLUMNS",
    "IMAGE_COLUMN",
    "LABEL_COLUMN",
    "LIST_COLUMNS",
    "MAP_COLUMNS",
    "MATCH_COLUMNS",
    "PREDICTION_COLUMNS",
    "ROW_SUFFIXES",
    "TEXT_COLUMN",
    "VECTOR_COLUMN",
    "Cells",
    "Layout",
    "Picture",
    "write_arrays",
    "write_card",
    "write_csv",
    "write_jsonl",
    "write_parquet",
    "write_rows",
]
