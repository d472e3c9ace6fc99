"""Builds everything that answers queries."""

from dataclasses import dataclass

from db.records import BundleRecord
from indexer.home import Home
from service.answers.classify import Classifier
from service.answers.live_index import LiveIndex
from service.answers.model import Model, open_model
from service.answers.query_text import QueryReader
from service.answers.recommender import Recommender
from service.answers.search import Search
from service.answers.timing import Timed, untimed


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that answers queries, and the live index that it uses."""

    live_index: LiveIndex
    search: Search
    classifier: Classifier
    recommender: Recommender


def open_answers(home: Home, timed: Timed = untimed, *, on_demand: bool = False) -> Answers:
    """Build everything that answers queries; index and model are loaded with the first query.

    Args:
        timed: times each stage of each query.
        on_demand: the model is compiled with the first image, for those who may ask without any.
    """

    def load_model(record: BundleRecord | None) -> Model:
        bundle = home.bundle() if record is None else home.shelf.require(record)
        return open_model(bundle, home.threads, on_demand=on_demand)

    live_index = LiveIndex(home.database, home.versions, load_model)
    reader = QueryReader(home.reader, timed)
    search = Search(home.database, live_index, timed, reader.read, reader.barcodes)
    return Answers(
        live_index, search, Classifier(home.database, search, reader.read), Recommender(home.database, search)
    )
