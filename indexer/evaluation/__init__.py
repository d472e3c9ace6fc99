"""How good the genres and the neighbours are, measured on covers whose artists and artworks were held out.

``group_covers`` finds what must stay on one side of a split, ``evaluate`` measures one split and ``cross_evaluate``
every cover in turn; both give an ``EvaluationReport``.
"""

from indexer.evaluation.evaluate import Baseline, cross_evaluate, evaluate
from indexer.evaluation.grouping import difference_hash, group_covers
from indexer.evaluation.photos import Photos
from indexer.evaluation.report import EvaluationReport
from indexer.evaluation.retrieval import ArtworkQueries

__all__ = [
    "ArtworkQueries",
    "Baseline",
    "EvaluationReport",
    "Photos",
    "cross_evaluate",
    "difference_hash",
    "evaluate",
    "group_covers",
]
