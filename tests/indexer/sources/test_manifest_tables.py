"""Manifests in every table format and encoding."""

import builtins
import json
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import CoverFile, RejectedFile
from indexer.sources import open_source, parquet_rows
from indexer.sources.add_report import AddReport
from indexer.sources.text_encoding import encoding_of
from sleeve.errors import MissingExtraError, SourceError
from sleeve.vocabulary import Rejection, Side

RUSSIAN = "file,genre,artist,album\na.jpg,рок,Кино,Группа крови\nb.jpg,рок,Аквариум,Радио Африка\n"
GERMAN = "file,genre,artist,album\na.jpg,Rock,Die Ärzte,Geräusch\nb.jpg,Rock,Fettes Brot,Außen Top Hits\n"


def offered(path: Path, **columns: str) -> list[CoverFile]:
    items = list(open_source(path, columns=columns))
    assert not [item for item in items if isinstance(item, RejectedFile)]
    return [item for item in items if isinstance(item, CoverFile)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(RUSSIAN.encode(encoding))
    assert [(cover.artist, cover.title, cover.genres) for cover in offered(path)] == [
        ("Кино", "Группа крови", ("rock",)),
        ("Аквариум", "Радио Африка", ("rock",)),
    ]


def test_western_text_is_not_taken_for_cyrillic(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(GERMAN.encode("cp1252"))
    assert [cover.artist for cover in offered(path)] == ["Die Ärzte", "Fettes Brot"]
    path.write_bytes(GERMAN.encode("utf-16-be"))
    assert encoding_of(path).encoding == "utf-16-be"


def write_table(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    else:
        between = {".tsv": "\t", ".csv": ";"}[path.suffix]
        lines = [between.join(rows[0]), *(between.join(str(cell or "") for cell in row.values()) for row in rows)]
        path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_table_says_the_same(tmp_path: Path, suffix: str) -> None:
    rows: list[dict[str, Any]] = [
        {"Datei": "a.jpg", "Künstler": "Nena", "album": "99", "year": 1984, "genre": "Pop|Neue Welle", "price": "9.99"},
        {"Datei": "b.jpg", "Künstler": None, "album": None, "year": None, "genre": None, "price": None},
    ]
    path = write_table(tmp_path / f"m{suffix}", rows)
    first, second = offered(path, artist="künstler", file="Datei")
    assert (first.file, first.path, first.artist, first.title) == ("a.jpg", tmp_path / "a.jpg", "Nena", "99")
    assert (first.year, first.genres, first.extra) == (1984, ("pop", "Neue Welle"), {"price": "9.99"})
    assert (second.artist, second.year, second.genres, second.extra) == (None, None, (), {})


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("Bildnummer,artist\na.jpg,Nena\n")
    with pytest.raises(SourceError, match=r"--column file=NAME .*its columns: Bildnummer, artist"):
        list(open_source(path))
    with pytest.raises(SourceError, match="no column `Interpret`"):
        list(open_source(path, columns={"file": "Bildnummer", "artist": "Interpret"}))
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(SourceError, match="not a table"):
        open_source(tmp_path / "a.jpg", columns={"file": "Datei"})


def test_a_named_column_goes_before_one_of_the_usual_name(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("file,artist,Band\na.jpg,the label,Nena\n")
    [cover] = offered(path, artist="Band")
    assert (cover.artist, cover.extra) == ("Nena", {})


def test_several_genres_in_a_cell(tmp_path: Path) -> None:
    cells = ["Rock; Pop", "Rock|Pop|rock", '["a;b", "c|d", 7]', "[broken", "AC/DC-like", " ; "]
    path = tmp_path / "m.jsonl"
    rows = [{"file": f"{number}.jpg", "genre": cell} for number, cell in enumerate(cells)]
    rows.append({"file": "list.jpg", "genre": ["x;y", "z"]})  # type: ignore[dict-item]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [cover.genres for cover in offered(path)] == [
        ("rock", "pop"),
        ("rock", "pop"),
        ("a;b", "c|d"),
        ("[broken",),
        ("AC/DC-like",),
        (),
        ("x;y", "z"),
    ]


def test_both_sides_in_one_row_are_one_album(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("file,back,artist,album\na.jpg,a2.jpg,,\nb.jpg,b2.jpg,Nena,99\nc.jpg,,,\n")
    a, a2, b, b2, c = offered(path)
    assert [item.side for item in (a, a2, b, b2, c)] == [Side.FRONT, Side.BACK, Side.FRONT, Side.BACK, Side.FRONT]
    assert a.group == a2.group != b.group == b2.group
    assert None not in {a.group, b.group}
    assert c.group is None
    assert a2.path == tmp_path / "a2.jpg"


def test_bad_lines_are_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    long = '{"file": "' + "x" * 2_200_000 + '"}'
    odd = '{"file": "a\\ud800.jpg"}'
    lines = ["not json", "[1]", '{"file": "a.jpg"}', long, '{"artist": "x"}', odd, "[" * 2_000, '{"file": "b.jpg"}']
    path.write_text("\n".join(lines))
    items = list(open_source(path))
    assert [item.path.name for item in items if isinstance(item, CoverFile)] == ["a.jpg", "b.jpg"]
    assert [item.detail for item in items if isinstance(item, RejectedFile)] == [
        "not JSON",
        "not a JSON object",
        "the line is longer than 1,048,576 characters",
        "no file",
        "not a possible file name",
        "not JSON",
    ]


def test_paths_too_long_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("file\n" + "x/" * 1500 + "\n")
    [item] = open_source(path)
    assert isinstance(item, RejectedFile)
    assert item.reason is Rejection.UNREADABLE


def test_tables_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(SourceError, match="is not a readable Parquet file"):
        list(open_source(tmp_path / "a.parquet"))
    (tmp_path / "a.jsonl").write_text("\n\n")
    with pytest.raises(SourceError, match="no rows that can be read"):
        list(open_source(tmp_path / "a.jsonl"))
    (tmp_path / "a.csv").write_text(",".join(f"c{number}" for number in range(1001)))
    with pytest.raises(SourceError, match="over 1,000 columns"):
        list(open_source(tmp_path / "a.csv"))
    real = builtins.__import__

    def without_pyarrow(name: str, *arguments: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name=name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    with pytest.raises(MissingExtraError, match=r"pip install -e '\.\[parquet\]'"):
        list(open_source(tmp_path / "a.parquet"))


def repeated(text: str, times: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int8()), [text])


def write_packed(path: Path, columns: dict[str, Any]) -> Path:
    """A Parquet file that holds each text once, however large it is."""
    pq.write_table(pa.table(columns), path, compression="zstd", dictionary_pagesize_limit=2**30, write_statistics=False)
    return path


def test_a_text_of_many_rows_of_parquet_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_packed(tmp_path / "m.parquet", {"file": repeated("a" * 2000, 300), "genre": repeated("jazz", 300)})
    _, *rows = parquet_rows.parquet_rows(path, lambda _holding: None)
    assert len(rows) == 300
    assert len({id(row.cells["file"]) for row in rows}) == 1
    monkeypatch.setattr(parquet_rows, "MAX_LINE_CHARACTERS", 2003)
    assert [item.detail for item in open_source(path) if isinstance(item, RejectedFile)] == [
        "the row is longer than 2,003 characters"
    ] * 300


def test_a_parquet_file_of_more_rows_than_its_size_speaks_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_packed(tmp_path / "m.parquet", {"file": repeated("a.jpg", 5000)})
    assert path.stat().st_size < 2000
    assert len(list(open_source(path))) == 5000
    monkeypatch.setattr(parquet_rows, "ROWS_COUNT_FROM", 4999)
    monkeypatch.setattr(parquet_rows, "MAX_ROWS_A_BYTE", 2)
    with pytest.raises(SourceError, match=r"holds 5,000 rows, more than a file of its size should"):
        list(open_source(path))


def test_a_row_group_of_parquet_has_a_size_that_fits_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_packed(tmp_path / "m.parquet", {"file": repeated("a" * 2**10, 1)})
    assert len(list(open_source(path))) == 1
    monkeypatch.setattr(parquet_rows, "MAX_UNPACKED_BYTES", 2**10)
    with pytest.raises(SourceError, match=r"a row group of .*m\.parquet unpacks to over"):
        list(open_source(path))


def test_nothing_is_asked_of_a_single_column_before_parquet_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithoutColumns(pq.ParquetFile):  # type: ignore[misc]
        """A file whose metadata knows its rows and the sizes of its row groups, and of no column anything."""

        @property
        def metadata(self) -> SimpleNamespace:
            whole = super().metadata
            groups = [whole.row_group(number).total_byte_size for number in range(whole.num_row_groups)]
            return SimpleNamespace(
                num_rows=whole.num_rows,
                num_columns=whole.num_columns,
                num_row_groups=len(groups),
                schema=whole.schema,
                row_group=lambda number: SimpleNamespace(total_byte_size=groups[number]),
            )

    path = tmp_path / "m.parquet"
    pq.write_table(pa.table({"file": ["a.jpg", "b.jpg"]}), path)
    monkeypatch.setattr(pq, "ParquetFile", WithoutColumns)
    assert [cover.file for cover in offered(path)] == ["a.jpg", "b.jpg"]


def test_every_kind_of_column_of_parquet_is_a_text_or_empty(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    columns = {
        "text": ["x", None, "x"],
        "large": pa.array(["u", "v", "w"], pa.large_string()),
        "held once": pa.array(["q", "r", None]).dictionary_encode(),
        "number": [1, None, 3],
        "real": [1.5, 2.0, None],
        "truth": [True, False, None],
        "texts": [["a", "b"], None, []],
        "numbers": [[1], [2, None], None],
        "a part": [{"x": 1}] * 3,
        "bytes": [b"1"] * 3,
        "nothing": [None] * 3,
    }
    pq.write_table(pa.table(columns), path)
    head, *rows = parquet_rows.parquet_rows(path, lambda _holding: None)
    assert list(head.cells) == list(columns)
    assert [list(row.cells.values()) for row in rows] == [
        ["x", "u", "q", "1", "1.5", "True", ["a", "b"], ["1"], "", "", ""],
        ["", "v", "r", "", "2.0", "False", "", ["2"], "", "", ""],
        ["x", "w", "", "3", "", "", [], "", "", "", ""],
    ]


@given(data=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".parquet"]), head=st.booleans())
def test_any_bytes_are_a_table_or_are_not(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, head: bool
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"m{suffix}"
    path.write_bytes((b"file,genre\n" if head else b"") + data)
    with suppress(SourceError):
        for item in AddReport().offered(open_source(path)):
            assert item.path


@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["file", "genre", "side", "back", "year", "x"]),
            st.one_of(st.text(), st.integers(), st.none(), st.floats(), st.lists(st.text(max_size=5))),
            min_size=1,
        ),
        min_size=1,
    )
)
def test_any_json_is_offered_or_rejected(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "m.jsonl"
    path.write_text("\n".join(json.dumps({"file": "x", **row}) for row in rows))
    for item in AddReport().offered(open_source(path)):
        assert isinstance(item, RejectedFile) or str(item.path).encode()
        assert isinstance(item, RejectedFile) or item.file.encode()
