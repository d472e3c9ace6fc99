"""Which genre a cover is of: the neighbours' vote, the head's and the text's opinion, and the prediction made of all.

Answering a query needs NumPy only: ``score_genres`` composes ``vote``, ``LinearHead``, ``TextOpinion`` and
``predict``. Fitting
(``indexer.genre.fit``) needs scikit-learn and SciPy, which are imported when it runs.
"""

from indexer.genre.counted_texts import CountedTexts, count_texts
from indexer.genre.head import FittedHead, LinearHead, fit_head
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.membership import genre_prior, genre_shares, membership
from indexer.genre.prediction import Calibration, is_unsure, predict
from indexer.genre.scores import GenreScore, GenreScores, of_found_album, score_genres
from indexer.genre.text_opinion import SpokenWord, TextOpinion
from indexer.genre.voting import VoteSettings, vote, vote_many
from indexer.genre.weighing import voting_queries

__all__ = [
    "Calibration",
    "CountedTexts",
    "FittedHead",
    "GenreScore",
    "GenreScores",
    "LabelledVectors",
    "LinearHead",
    "SpokenWord",
    "TextOpinion",
    "VoteSettings",
    "count_texts",
    "fit_head",
    "genre_prior",
    "genre_shares",
    "is_unsure",
    "membership",
    "of_found_album",
    "predict",
    "score_genres",
    "vote",
    "vote_many",
    "voting_queries",
]
