import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.genre.neighbours import nearest


def unit(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, 6))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("chunk", [1, 100, 2**22])
@pytest.mark.parametrize("count", [1, 5, 40, 60])
def test_it_is_brute_force_in_every_chunking(monkeypatch: pytest.MonkeyPatch, chunk: int, count: int) -> None:
    monkeypatch.setattr("indexer.genre.neighbours._CHUNK_NUMBERS", chunk)
    queries, gallery = unit(1, 11), unit(2, 40)
    query_groups, gallery_groups = np.arange(11) % 4, np.arange(40) % 5
    too_near = np.argwhere(queries @ gallery.T >= 0.6)
    apart = too_near[::2]
    assert len(apart) > 3
    found = nearest(
        queries, gallery, count, query_groups=query_groups, gallery_groups=gallery_groups, below=0.6, apart=apart
    )
    for query in range(11):
        similarities = gallery @ queries[query]
        near = set(map(tuple, too_near.tolist())) - set(map(tuple, apart.tolist()))
        allowed = [row for row in range(40) if (query, row) not in near and row % 5 != query % 4]
        expected = sorted(allowed, key=lambda row: -similarities[row])[:count]
        assert found.rows[query][: len(expected)].tolist() == expected
        assert (found.rows[query][len(expected) :] == -1).all()
        np.testing.assert_allclose(found.similarities[query][: len(expected)], similarities[expected], rtol=1e-5)
        assert np.isneginf(found.similarities[query][len(expected) :]).all()


def test_an_empty_gallery_or_no_query_has_no_neighbours() -> None:
    assert nearest(unit(1, 3), unit(2, 0), 5).rows.shape == (3, 0)
    assert nearest(unit(1, 0), unit(2, 4), 2).rows.shape == (0, 2)
