"""Bytes as a manifest: its first byte says which kind of table, the rest is the table."""

import json
from io import BytesIO
from pathlib import Path

import atheris
import pyarrow as pa
import pyarrow.parquet as pq

with atheris.instrument_imports(include=["csv", "indexer.sources", "indexer.sources.remote_image.target"]):
    from db.records import CoverFile
    from indexer.images.cover_store import CoverStore
    from indexer.sources.add_report import AddReport
    from indexer.sources.manifest import ManifestSource
    from sleeve.errors import SourceError

from tests.fuzz.session import fuzz

KINDS = (".csv", ".tsv", ".jsonl", ".parquet")

ROWS = (
    {"file": "a.jpg", "genre": "metal; jazz", "artist": "Мгла", "album": "A", "year": "1999", "side": "front"},
    {"file": "https://example.org/a.jpg", "genre": '["rock|pop"]', "back": "b.jpg", "sleeve_path": "c.jpg"},
)


def read_table(data: bytes, folder: Path) -> None:
    if not data:
        return
    path = folder / f"m{KINDS[data[0] % len(KINDS)]}"
    path.write_bytes(data[1:])
    source = ManifestSource(path, store=CoverStore(folder / "covers"))
    try:
        for offered in AddReport().offered(source):
            assert str(offered.path).encode()
            if isinstance(offered, CoverFile):
                assert Path(offered.path).is_absolute()
                texts = (offered.file, offered.artist or "", offered.title or "", *offered.genres)
                assert "\0" not in "".join((*texts, *offered.extra, *offered.extra.values()))
                assert "".join(texts).encode()
    except SourceError:
        pass
    assert [file.name for file in folder.iterdir()] == [path.name]


def seeds(_folder: Path) -> list[bytes]:
    header = sorted({name for row in ROWS for name in row})
    cells = [header, *([f'"{row.get(name, "").replace(chr(34), chr(34) * 2)}"' for name in header] for row in ROWS)]
    commas, tabs = ("\n".join(by.join(row) for row in cells) for by in ",\t")
    lines = "\n".join(json.dumps({**row, "genre": ["a", "b"]}, ensure_ascii=False) for row in ROWS)
    parquet = BytesIO()
    columns = {name: [row.get(name) for row in ROWS] for name in header}
    pq.write_table(pa.table({**columns, "n": [1, 2], "many": [["a"], None]}), parquet)
    texts = [(0, commas.encode()), (0, commas.encode("utf-16")), (0, commas.encode("cp1251")), (1, tabs.encode())]
    return [bytes([kind]) + data for kind, data in (*texts, (2, lines.encode()), (3, parquet.getvalue()))]


if __name__ == "__main__":
    fuzz("table", read_table, seeds)
