"""Indexes of vectors: built, searched, measured, and kept in checked folders.

The engine is FAISS, imported nowhere else.
"""

from indexer.vector_index.building import Batch, build, kind_for, load
from indexer.vector_index.folder import delete, open_folder, read_manifest, stamp, write
from indexer.vector_index.hits import Hits, IndexKind
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.manifest import IndexManifest
from indexer.vector_index.recall import choose_width, recall_against_exact
from indexer.vector_index.searchable import SearchableIndex

__all__ = [
    "Batch",
    "Hits",
    "IndexKind",
    "IndexManifest",
    "SearchableIndex",
    "VectorIndex",
    "build",
    "choose_width",
    "delete",
    "kind_for",
    "load",
    "open_folder",
    "read_manifest",
    "recall_against_exact",
    "stamp",
    "write",
]
