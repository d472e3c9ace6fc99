"""The dataset card: a README.md in the folder of an exported Parquet file, as Hugging Face expects it.

A card is replaced only if it is as Sleeve wrote it: its last line has the hash of all lines before it.
"""

from hashlib import sha256
from pathlib import Path

from indexer.exporting.columns import (
    IMAGE_COLUMN,
    LABEL_COLUMN,
    LIST_COLUMNS,
    MAP_COLUMNS,
    PREDICTION_COLUMNS,
    TEXT_COLUMN,
    VECTOR_COLUMN,
    Layout,
)
from indexer.files import replacing
from indexer.sources.table_cells import ALBUM_COLUMN, LISTS_COLUMN, PATH_COLUMN

CARD_NAME = "README.md"

_SIGNED = "<!-- Written by `sleeve export`, which replaces it while this is true: sha256 {} -->\n"

_MEANINGS = {
    "file": "the name of the cover's file as it was added",
    "genre": "the album's genres",
    "artist": "the album's artist",
    "album": "the album's title",
    "year": "the album's year",
    "side": "`front` or `back`",
    PATH_COLUMN: "where the file was; `sleeve add` uses it if it is still there",
    ALBUM_COLUMN: "the same for all covers of one album, empty for one cover without names",
    LISTS_COLUMN: "the lists that the album is on",
    **dict.fromkeys(LIST_COLUMNS[1:], "of the pressing, for an album without a cover"),
    TEXT_COLUMN: "the words read on the cover, one line for each line",
    PREDICTION_COLUMNS[0]: "the predicted genre",
    PREDICTION_COLUMNS[1]: "its probability",
    PREDICTION_COLUMNS[2]: "whether it is too unlikely to count",
    MAP_COLUMNS[0]: "where the album is on Sleeve's map, from -1 to 1",
    MAP_COLUMNS[1]: "likewise, upwards",
    LABEL_COLUMN: "the genre as a class label, if the album has exactly one",
    IMAGE_COLUMN: "the file of the cover, byte for byte; empty if it could not be read",
}


def write_card(table: Path, layout: Layout, albums: int) -> bool:
    """Write the card of a Parquet file into its folder; returns false if a file is there that is not Sleeve's.

    Raises:
        OSError: the disk refuses.
    """
    path = table.parent / CARD_NAME
    if path.exists() and not _is_own(path):
        return False
    text = _card(table, layout, albums)
    with replacing(path) as fresh:
        fresh.write_bytes((text + _SIGNED.format(sha256(text.encode()).hexdigest())).encode())
    return True


def _is_own(path: Path) -> bool:
    try:
        text, _, last = path.read_bytes().decode().rstrip("\n").rpartition("\n")
    except (OSError, UnicodeDecodeError):
        return False
    text += "\n"
    return last + "\n" == _SIGNED.format(sha256(text.encode()).hexdigest())


def _card(table: Path, layout: Layout, albums: int) -> str:
    columns = "\n".join(f"| `{name}` | {_meaning(name, layout)} |" for name in layout.columns)
    return f"""---
pretty_name: Album covers
size_categories:
- {_size_category(layout.covers)}
tags:
- album-covers
- music
configs:
- config_name: default
  data_files:
  - split: train
    path: {_quoted(table.name)}
---

# Album covers

{layout.covers:,} covers of {albums:,} albums, one row for each cover, exported from a catalogue of Sleeve.

```python
from datasets import load_dataset

covers = load_dataset("parquet", data_files={_quoted(table.name)}, split="train")
```

| column | meaning |
|---|---|
{columns}

Album covers are works of others: find out what you may do with them before you pass them on.
"""


def _meaning(name: str, layout: Layout) -> str:
    if name in layout.extra:
        return "came with the cover"
    if name == VECTOR_COLUMN and layout.bundle is not None:
        return (
            f"{layout.bundle.dimension} numbers of length 1 (fp16) by the model {layout.bundle.name} "
            f"({layout.bundle.fingerprint[:16]}); covers that look alike have a large inner product"
        )
    return _MEANINGS[name]


def _size_category(covers: int) -> str:
    """What Hugging Face calls a number of rows."""
    names = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")
    return names[min(max(len(str(covers)) - 3, 0), len(names) - 1)]


def _quoted(name: str) -> str:
    """A name as YAML and Python both read it."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
