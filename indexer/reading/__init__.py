"""What do covers say? Lines of text are found in a picture and read, with PP-OCR's networks on OpenVINO.

Barcodes are read, too."""

from indexer.reading.barcodes import read_barcodes
from indexer.reading.detector import SIDE_PX
from indexer.reading.pending import ReadReport, read_pending
from indexer.reading.reader import OpenVinoReader, ReaderFiles, TextReader, installed_reader, reader_fingerprint

__all__ = [
    "SIDE_PX",
    "OpenVinoReader",
    "ReadReport",
    "ReaderFiles",
    "TextReader",
    "installed_reader",
    "read_barcodes",
    "read_pending",
    "reader_fingerprint",
]
