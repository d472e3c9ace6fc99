"""What covers show, on planted vectors."""

import numpy as np

from indexer.analysis.motifs import motif_of_each


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_the_planted_motif_is_found_though_one_text_is_near_all_covers() -> None:
    generator = np.random.default_rng(0)
    common = unit(generator.normal(size=(1, 32)))
    motifs = unit(np.concatenate([generator.normal(size=(4, 32)), 3 * common]))
    planted = generator.integers(0, 4, 400)
    covers = unit(3 * common + 0.8 * motifs[planted] + 0.02 * generator.normal(size=(400, 32)))
    assert set((covers @ motifs.T).argmax(axis=1).tolist()) == {4}
    assert motif_of_each(covers, motifs).tolist() == planted.tolist()
