"""Index folders: round trips, every kind of damage, and interrupted writing."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import faiss
import numpy as np
import pytest

from indexer.vector_index import (
    IndexKind,
    VectorIndex,
    build,
    delete,
    load,
    open_folder,
    read_manifest,
    write,
)
from sleeve.errors import VectorIndexError
from sleeve.vocabulary import Fingerprint
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue

FINGERPRINT = Fingerprint("f" * 64)
FILES = ("index.faiss", "ids.npy", "manifest.json")


@pytest.fixture
def written(tmp_path: Path, catalogue: Catalogue) -> Path:
    """A folder with a small graph, one vector of it removed."""
    index = build(IndexKind.HNSW, DIMENSION, [(catalogue.ids[:50], catalogue.vectors[:50])])
    index.remove(catalogue.ids[7:8])
    write(index, tmp_path / "index", fingerprint=FINGERPRINT, recall=0.99)
    make_writable(tmp_path / "index")
    return tmp_path / "index"


def make_writable(folder: Path) -> None:
    """As a restore may do it that writes into the files of a version."""
    for file in folder.iterdir():
        file.chmod(0o644)


def reopen(folder: Path) -> VectorIndex:
    return open_folder(folder, expected_fingerprint=FINGERPRINT)


def check_refused(folder: Path, message: str) -> None:
    with pytest.raises(VectorIndexError, match=message) as caught:
        reopen(folder)
    assert "\n" not in str(caught.value)


def test_what_is_opened_answers_as_what_was_written(index: VectorIndex, catalogue: Catalogue, tmp_path: Path) -> None:
    changed = index.copy()
    changed.remove(catalogue.ids[:100])
    changed.add(catalogue.ids[:50], catalogue.vectors[:50])
    write(changed, tmp_path / "versions" / "1", fingerprint=FINGERPRINT, recall=None)
    again = reopen(tmp_path / "versions" / "1")
    assert (again.kind, again.dimension, len(again), again.tombstones, again.factory) == (
        changed.kind,
        changed.dimension,
        len(changed),
        changed.tombstones,
        changed.factory,
    )
    np.testing.assert_array_equal(again.ids, changed.ids)
    np.testing.assert_array_equal(again.vectors(again.ids), changed.vectors(changed.ids))
    for allowed in (None, catalogue.ids[::3]):
        before, after = (which.search(catalogue.queries, 20, allowed) for which in (changed, again))
        np.testing.assert_array_equal(after.ids, before.ids)
        np.testing.assert_array_equal(after.similarities, before.similarities)
    loaded = load(tmp_path / "versions" / "1", DIMENSION)
    loaded.add(catalogue.ids[50:100], catalogue.vectors[50:100])
    loaded.remove(catalogue.ids[:50])
    assert len(loaded) == len(catalogue.ids) - 50
    np.testing.assert_array_equal(loaded.search(catalogue.vectors[50:100], 1).ids[:, 0], catalogue.ids[50:100])


@pytest.mark.parametrize("mapped", [False, True])
def test_an_opened_index_refuses_changes_and_outlives_its_files(
    index: VectorIndex, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapped: bool
) -> None:
    if mapped:
        monkeypatch.setattr("indexer.vector_index.building.MAPPED_FROM_BYTES", 0)
    write(index, tmp_path / "index", fingerprint=FINGERPRINT, recall=None)
    opened = reopen(tmp_path / "index")
    maps = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    assert {str(tmp_path / "index" / name) in maps for name in ("index.faiss", "ids.npy")} == {mapped}
    for change in (
        lambda: opened.add(catalogue.ids[:1] + 1_000_000, catalogue.vectors[:1]),
        lambda: opened.remove(catalogue.ids[:1]),
        opened.copy,
    ):
        with pytest.raises(VectorIndexError, match="opened to be searched only"):
            change()
    shutil.rmtree(tmp_path / "index")
    expected, found = (which.search(catalogue.queries, 10) for which in (index, opened))
    np.testing.assert_array_equal(found.ids, expected.ids)


def test_an_index_is_read_where_the_engine_maps_no_files(
    index: VectorIndex, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(index, tmp_path / "index", fingerprint=FINGERPRINT, recall=None)
    monkeypatch.setattr("indexer.vector_index.building.MAPPED_FROM_BYTES", 0)
    read_index = faiss.read_index

    def as_on_macos(path: str, flags: int = 0) -> faiss.Index:
        if flags & faiss.IO_FLAG_MMAP_IFC == faiss.IO_FLAG_MMAP_IFC:
            raise RuntimeError("Error in MmappedFileMappingOwner: Not implemented")
        return read_index(path, flags)

    monkeypatch.setattr(faiss, "read_index", as_on_macos)
    opened = reopen(tmp_path / "index")
    expected, found = (which.search(catalogue.queries, 10) for which in (index, opened))
    np.testing.assert_array_equal(found.ids, expected.ids)
    with pytest.raises(VectorIndexError, match="opened to be searched only"):
        opened.remove(catalogue.ids[:1])


def test_the_files_cannot_be_written_to_but_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(build(IndexKind.EXACT, 3, []), folder, fingerprint=FINGERPRINT, recall=None)
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == dict.fromkeys(FILES, "0o444")
    assert delete(folder) > 0
    assert not folder.exists()


def test_an_empty_index_is_written_and_opened(tmp_path: Path) -> None:
    for kind in (IndexKind.EXACT, IndexKind.HNSW):
        write(build(kind, 3, []), tmp_path / kind, fingerprint=FINGERPRINT, recall=None)
        assert (len(reopen(tmp_path / kind)), reopen(tmp_path / kind).kind) == (0, kind)


def test_the_manifest_states_the_index(written: Path) -> None:
    manifest = read_manifest(written)
    content = json.loads((written / "manifest.json").read_text())
    assert sorted(path.name for path in written.iterdir()) == sorted(FILES)
    assert content["format"] == "sleeve-index-2"
    assert (manifest.kind, manifest.dimension, manifest.count, manifest.tombstones) == (
        IndexKind.HNSW,
        DIMENSION,
        49,
        1,
    )
    assert (manifest.fingerprint, manifest.recall, manifest.factory) == (FINGERPRINT, 0.99, "HNSW32,SQfp16")
    assert manifest.files["ids.npy"].size_bytes == (written / "ids.npy").stat().st_size
    assert manifest.created_at.utcoffset() is not None


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(written: Path, name: str) -> None:
    (written / name).unlink()
    check_refused(written, "there is no index in" if name == "manifest.json" else f"{name} is missing")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("bit", [0, 7])
def test_a_flipped_bit_is_seen(written: Path, name: str, place: float, bit: int) -> None:
    content = bytearray((written / name).read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    (written / name).write_bytes(content)
    check_refused(written, "manifest" if name == "manifest.json" else f"{name} is damaged")


def test_the_pieces_of_a_large_file_are_hashed_in_their_order(tmp_path: Path) -> None:
    folder, piece = tmp_path / "index", 1024 * 1024
    large = np.random.default_rng(5).standard_normal((1200, 1024)).astype(np.float16)
    index = build(IndexKind.EXACT, 1024, [(np.arange(1200), large)])
    manifest = write(index, folder, fingerprint=FINGERPRINT, recall=None)
    make_writable(folder)
    data = (folder / "index.faiss").read_bytes()
    pieces = [data[start : start + piece] for start in range(0, len(data), piece)]
    assert [len(one) for one in pieces[:-1]] == [piece, piece]
    assert 0 < len(pieces[-1]) < piece
    stated = sha256(b"".join(sha256(one).digest() for one in pieces)).hexdigest()
    assert manifest.files["index.faiss"].sha256_of_pieces == stated
    assert len(reopen(folder)) == 1200
    (folder / "index.faiss").write_bytes(pieces[1] + pieces[0] + pieces[2])
    check_refused(folder, "index.faiss is damaged")


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_seen(written: Path, name: str) -> None:
    content = (written / name).read_bytes()
    for length in (0, len(content) // 2, len(content) - 2):
        (written / name).write_bytes(content[:length])
        check_refused(written, "is not JSON" if name == "manifest.json" else f"{name} is {length} bytes long, not")


def test_a_grown_file_is_seen(written: Path) -> None:
    with (written / "index.faiss").open("ab") as file:
        file.write(b"\0")
    check_refused(written, r"index\.faiss is \d+ bytes long, not")


def test_another_bundle_is_refused(written: Path) -> None:
    with pytest.raises(VectorIndexError, match=r"vectors of another bundle \(ffffffffffff, not eeeeeeeeeeee\)"):
        open_folder(written, expected_fingerprint=Fingerprint("e" * 64))


@pytest.mark.parametrize("content", ['{"format": "sleeve-index-99"}', "{}", "[]", "null"])
def test_another_format_is_refused(written: Path, content: str) -> None:
    (written / "manifest.json").write_text(content)
    check_refused(written, "is not of format sleeve-index-2")


def test_an_edited_manifest_is_refused(written: Path) -> None:
    path = written / "manifest.json"
    path.write_text(path.read_text().replace('"recall": 0.99', '"recall": 1.0'))
    check_refused(written, "was changed after it was written")


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"kind": IndexKind.EXACT}, "has kind hnsw, but its manifest says exact"),
        ({"dimension": 64}, "vectors of dimension 32, not 64"),
        ({"count": 50}, "has count 49, but its manifest says 50"),
        ({"tombstones": 0}, "has tombstones 1, but its manifest says 0"),
        ({"files": {}}, "does not state index.faiss"),
        ({"dimension": -1}, "manifest's dimension is wrong"),
        ({"recall": 1.5}, "manifest's recall is wrong"),
        ({"recall": None, "count": "many"}, "manifest's count is wrong"),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_a_well_sealed_manifest_of_something_else_is_refused(
    written: Path, update: dict[str, object], message: str
) -> None:
    manifest = read_manifest(written).model_copy(update=update)
    (written / "manifest.json").write_text(manifest.to_json())
    check_refused(written, message)


def test_files_of_two_indexes_do_not_mix(written: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    other = build(IndexKind.HNSW, DIMENSION, [(catalogue.ids[:51], catalogue.vectors[:51])])
    write(other, tmp_path / "other", fingerprint=FINGERPRINT, recall=None)
    shutil.copy(tmp_path / "other" / "ids.npy", written / "ids.npy")
    check_refused(written, r"ids\.npy is \d+ bytes long, not")
    with pytest.raises(VectorIndexError, match="holds 50 vectors but 51 ids"):
        load(written, DIMENSION)


@pytest.mark.parametrize("ids", [np.arange(50.0), np.arange(50).reshape(5, 10), np.zeros(50, np.int64), b"none"])
def test_unusable_ids_are_refused_even_unverified(written: Path, ids: object) -> None:
    if isinstance(ids, np.ndarray):
        np.save(written / "ids.npy", ids)
    else:
        (written / "ids.npy").write_bytes(b"none")
    with pytest.raises(VectorIndexError):
        load(written, DIMENSION)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    check_refused(tmp_path / "nothing", "there is no index in")
    (tmp_path / "file").write_bytes(b"")
    check_refused(tmp_path / "file", "there is no index in")


def test_an_existing_folder_is_left_alone(written: Path, catalogue: Catalogue) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    with pytest.raises(VectorIndexError, match="exists already"):
        write(build(IndexKind.EXACT, 3, []), written, fingerprint=FINGERPRINT, recall=None)
    assert {path.name: path.read_bytes() for path in written.iterdir()} == before


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("call", [1, 3])
def test_a_failure_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, call: int
) -> None:
    calls = 0

    def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls >= call or failing == "replace":
            raise OSError(28, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(VectorIndexError, match=r"cannot be written to .*: No space left on device"):
        write(build(IndexKind.EXACT, 3, []), tmp_path / "index", fingerprint=FINGERPRINT, recall=None)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_an_error_of_one_line(tmp_path: Path, index: VectorIndex) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VectorIndexError, match="cannot be written"):
        write(index, tmp_path / "file" / "index", fingerprint=FINGERPRINT, recall=None)
    with pytest.raises(VectorIndexError, match="cannot be written") as caught:
        index.save(tmp_path / "nowhere")
    assert "\n" not in str(caught.value)


def test_everything_is_flushed_before_the_folder_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    replace = Path.replace

    def spying_fsync(handle: int) -> None:
        events.append(Path(f"/proc/self/fd/{handle}").resolve().name)

    def spying_replace(self: Path, target: Path) -> Path:
        events.append(f"rename {self.name} {target.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", spying_fsync)
    monkeypatch.setattr(Path, "replace", spying_replace)
    write(build(IndexKind.EXACT, 3, []), tmp_path / "index", fingerprint=FINGERPRINT, recall=None)
    aside = events[3]
    assert aside.startswith(".writing-index-")
    assert events == ["ids.npy", "index.faiss", "manifest.json", aside, f"rename {aside} index", tmp_path.name]


_KILLED_WHILE_WRITING = """
import os, sys
from pathlib import Path
from indexer.vector_index import IndexKind, build, write

os.fsync = lambda _: os._exit(9)
write(build(IndexKind.EXACT, 3, []), Path(sys.argv[1]) / "index", fingerprint="f" * 64, recall=None)
"""


def test_a_killed_process_leaves_no_folder_but_a_hidden_leftover(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    parent = tmp_path / "versions"
    killed = subprocess.run([sys.executable, "-c", _KILLED_WHILE_WRITING, str(parent)], cwd=root, check=False)
    assert killed.returncode == 9
    assert [path.name.startswith(".writing-index-") for path in parent.iterdir()] == [True]
