"""A placeholder in many albums: equal and nearly equal vectors neither hide others nor themselves."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vector_index import Batch, IndexKind, VectorIndex, build, crowds, open_folder, write
from indexer.vector_index.accelerated import AcceleratedIndex
from indexer.vector_index.crowds import Crowds
from sleeve.errors import VectorIndexError
from sleeve.vocabulary import Fingerprint
from tests.indexer.vector_index.brute_force import DIMENSION, Catalogue, check_exact, check_sound, normalised

ACCELERATED = [IndexKind.HNSW, IndexKind.IVF]
MEMBERS = 1_500
FINGERPRINT = Fingerprint("0" * 64)


@pytest.fixture(scope="module")
def crowded(catalogue: Catalogue) -> Catalogue:
    """The catalogue, where 1,000 vectors are one, 500 are nearly another, and a quarter of the queries are near."""
    random = np.random.default_rng(3)
    vectors = catalogue.vectors.copy()
    members = random.permutation(len(vectors))[:MEMBERS]
    vectors[members[:1000]] = vectors[0]
    noise = 0.002 * random.standard_normal((500, DIMENSION))
    vectors[members[1000:]] = normalised(vectors[1] + noise)
    queries = catalogue.queries.copy()
    queries[:10], queries[10:16] = vectors[0], vectors[1]
    halfway = vectors[0] + catalogue.vectors[random.permutation(len(vectors))[:14]]
    queries[16:30] = normalised(halfway.astype(np.float64))
    return Catalogue(catalogue.ids, vectors, queries)


@pytest.fixture(params=ACCELERATED)
def index(request: pytest.FixtureRequest, crowded: Catalogue) -> VectorIndex:
    return build(request.param, DIMENSION, _batches(crowded))


def _batches(catalogue: Catalogue, size: int = 3_000) -> list[Batch]:
    starts = range(0, len(catalogue.ids), size)
    return [(catalogue.ids[at : at + size], catalogue.vectors[at : at + size]) for at in starts]


def _aside(index: VectorIndex) -> int:
    assert isinstance(index, AcceleratedIndex)
    return len(index.aside)


def _allowed(catalogue: Catalogue) -> NDArray[np.int64]:
    return catalogue.ids[::2]


def test_what_is_near_is_found_with_and_without_a_filter(index: VectorIndex, crowded: Catalogue) -> None:
    assert MEMBERS - 200 < _aside(index) < MEMBERS
    hits = index.search(crowded.queries, 20)
    check_sound(hits, crowded, 20)
    best = -np.sort(-(crowded.queries @ crowded.vectors.astype(np.float16).astype(np.float32).T), axis=1)[:, 19:20]
    assert np.mean(hits.similarities >= best - 1e-3) > 0.99
    half = crowded.without(np.setdiff1d(crowded.ids, _allowed(crowded)))
    found = index.search(crowded.queries, 20, _allowed(crowded))
    check_sound(found, half, 20)
    check_exact(index.search(crowded.queries, 20, crowded.ids[::3]), crowded.without(_others(crowded, 3)), 20)


def _others(catalogue: Catalogue, step: int) -> NDArray[np.int64]:
    return np.setdiff1d(catalogue.ids, catalogue.ids[::step])


def test_every_vector_is_there_once(index: VectorIndex, crowded: Catalogue) -> None:
    assert len(index) == len(crowded.ids)
    assert (index.ids == np.sort(crowded.ids)).all()
    assert (index.vectors(crowded.ids) == crowded.vectors.astype(np.float16)).all()


def test_members_of_a_crowd_come_and_go(index: VectorIndex, crowded: Catalogue) -> None:
    changed = index.copy()
    new = np.arange(10) + crowded.ids.max() + 1
    before = _aside(changed)
    changed.add(new, np.repeat(crowded.vectors[:1], 10, axis=0))
    assert _aside(changed) == before + 10
    with pytest.raises(VectorIndexError, match="is in the index already"):
        changed.add(new[:1], crowded.vectors[:1])
    grown = Catalogue(
        np.append(crowded.ids, new), np.vstack([crowded.vectors, crowded.vectors[[0] * 10]]), crowded.queries
    )
    check_sound(changed.search(grown.queries, 20), grown, 20)
    gone = np.concatenate([new, crowded.ids[(crowded.vectors == crowded.vectors[0]).all(axis=1)]])
    assert changed.remove(gone) == len(gone)
    left = grown.without(gone)
    left = Catalogue(left.ids, grown.vectors[np.isin(grown.ids, left.ids)], grown.queries)
    assert len(changed) == len(left.ids)
    check_sound(changed.search(left.queries, 20), left, 20)


def test_a_folder_keeps_what_is_aside(index: VectorIndex, crowded: Catalogue, tmp_path: Path) -> None:
    write(index, tmp_path / "v", fingerprint=FINGERPRINT, recall=None)
    opened = open_folder(tmp_path / "v", expected_fingerprint=FINGERPRINT)
    assert _aside(opened) == _aside(index)
    one, other = opened.search(crowded.queries, 20), index.search(crowded.queries, 20)
    assert (one.ids == other.ids).all()
    (tmp_path / "v" / "aside-index.faiss").chmod(0o600)
    (tmp_path / "v" / "aside-index.faiss").unlink()
    with pytest.raises(VectorIndexError, match=r"aside-index\.faiss is missing"):
        open_folder(tmp_path / "v", expected_fingerprint=FINGERPRINT)


def test_a_filter_that_is_not_spread_evenly(catalogue: Catalogue) -> None:
    """The fifteenth of a catalogue that is far from the queries is found as well as any other."""
    index = build(IndexKind.HNSW, DIMENSION, _batches(catalogue))
    far = catalogue.ids[np.argsort(catalogue.vectors @ catalogue.queries.mean(axis=0))[: len(catalogue.ids) * 3 // 20]]
    check_exact(index.search(catalogue.queries, 20, far), catalogue.without(np.setdiff1d(catalogue.ids, far)), 20)


def test_the_first_members_of_each_crowd_are_let_in_across_batches() -> None:
    random = np.random.default_rng(1)
    distinct = random.standard_normal((300, DIMENSION)).astype(np.float16)
    counted = Crowds(DIMENSION)
    assert not counted.surplus(distinct).any()
    assert counted.share_alike == 0
    assert counted.surplus(distinct[:10].repeat(10, axis=0)).sum() == 0
    assert counted.surplus(distinct[:10].repeat(10, axis=0)).reshape(10, 10).sum(axis=1).tolist() == [5] * 10
    assert counted.share_alike == pytest.approx(210 / 500)


def test_kinds_are_counted_alike_however_often_they_are_inserted(
    crowded: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, vectors = Crowds(DIMENSION), crowded.vectors.astype(np.float16)
    expected = at_once.surplus(vectors)
    assert expected.sum() > MEMBERS - 200
    monkeypatch.setattr(crowds, "_MOST_RECENT", 100)
    in_steps = Crowds(DIMENSION)
    found = [in_steps.surplus(vectors[at : at + 90]) for at in range(0, len(vectors), 90)]
    np.testing.assert_array_equal(np.concatenate(found), expected)
    assert in_steps.share_alike == at_once.share_alike
