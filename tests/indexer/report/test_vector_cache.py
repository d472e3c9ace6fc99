from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.cover_facts import CoverFacts
from indexer.report.vector_cache import cached_vectors
from sleeve.vocabulary import AlbumId, ContentHash, CoverId


def _covers(*contents: str) -> list[CoverFacts]:
    return [
        CoverFacts(CoverId(n), AlbumId(n), f"{c}.png", Path(f"/{c}.png"), ContentHash(c), None, None, None, (), {})
        for n, c in enumerate(contents)
    ]


def test_only_what_is_new_is_embedded_and_the_answer_is_the_same(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def embed(paths: list[Path]) -> NDArray[np.float32]:
        asked.append([path.stem for path in paths])
        return np.array([[ord(path.stem) / 7, 1 / 3] for path in paths], dtype=np.float32)

    file = tmp_path / "home" / "vectors.npz"
    first = cached_vectors(_covers("a", "b", "a"), file, 2, embed)
    again = cached_vectors(_covers("a", "b", "a"), file, 2, embed)
    more = cached_vectors(_covers("b", "c"), file, 2, embed)
    assert asked == [["a", "b"], ["c"]]
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first[1], more[0])
    np.testing.assert_allclose(first[2], [ord("a") / 7, 1 / 3], rtol=1e-3)

    file.write_bytes(b"PK\x03\x04 cut off")
    np.testing.assert_array_equal(cached_vectors(_covers("b", "c"), file, 2, embed), more)
