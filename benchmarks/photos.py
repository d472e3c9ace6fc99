"""Photos of sleeves, asked as a person asks: is the album found, what does the answer say of those that are not there?

    SLEEVE_HOME=HOME python -m benchmarks.photos COVERS.csv [--queries 100]

HOME is an indexed home of COVERS.csv, a table with the columns ``file``, ``genre`` and ``split_group``; its covers have
been read. The covers asked with are a fixed draw of those that the model was not trained on. Each is photographed
(``indexer/training/photographs.py``), also with a hand, and changed as ``benchmarks.distortions`` does. Each is asked
with once as it is, and once as if the catalogue had no album of its group, nor one that is linked to it. Right is an
album that shows the same artwork: the cover's own, or one linked to it. Milliseconds are of the processor.
"""

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db import cover_links
from indexer.evaluation.labelled_catalogue import read_labelled_catalogue, unseen_by
from indexer.home import Home, open_home
from indexer.training.changed_views import DISTORTED_SIDE_PX
from indexer.training.distortions import PHOTO_LIKE, distort
from indexer.training.photographs import photograph
from service.answers.classify import Classifier
from service.answers.live_index import Snapshot
from service.answers.opening import open_answers
from service.answers.query_text import QueryReader
from service.answers.records import ClassifyAnswer, Neighbour, SimilarAnswer, SimilarRequest
from service.answers.search import Search
from sleeve.settings import Settings
from sleeve.vocabulary import AlbumId, ContentHash

SEED = 0

Answer = TypeVar("Answer")


class Without(Search):
    """A search in a catalogue without some albums."""

    left_out: frozenset[AlbumId] = frozenset()

    def by_vectors(
        self, snapshot: Snapshot, queries: NDArray[np.float32], request: SimilarRequest, **options: Any
    ) -> SimilarAnswer:
        """As ``Search``, without them."""
        options["leave_out"] = self.left_out | frozenset(options.get("leave_out", ()))
        return super().by_vectors(snapshot, queries, request, **options)

    def of_albums(
        self, snapshot: Snapshot, queries: NDArray[np.float32], album_ids: Collection[AlbumId], *options: Any
    ) -> list[Neighbour]:
        """As ``Search``, without them."""
        return super().of_albums(snapshot, queries, set(album_ids) - self.left_out, *options)


@dataclass(frozen=True, slots=True)
class AskedCover:
    path: Path
    genre: str
    artwork: frozenset[AlbumId]
    group: frozenset[AlbumId]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of one picture; ``without`` its group in the catalogue."""

    first: bool
    right: bool
    wrong: bool
    wrong_without: bool
    genre: bool
    genre_without: bool
    unsure_without: bool
    genre_if_sure: bool | None
    ms: float
    ms_without: float


def main() -> None:
    """Ask with every kind of picture, and print a row for each."""
    arguments = _arguments()
    with open_home(Settings()) as home:
        covers = asked_covers(home, arguments.covers, arguments.queries)
        live_index = open_answers(home).live_index
        reader = QueryReader(home.reader)
        search = Without(home.database, live_index, read=reader.read)
        classifier = Classifier(home.database, search, reader.read)
        asked: dict[str, list[_Asked]] = defaultdict(list)
        for cover in covers:
            for kind, data in _pictures(cover.path):
                asked[kind].append(_ask(search, classifier, cover, data))
    print(f"{len(covers)} covers; 'without': as if no album of their group were in the catalogue")
    names = [field.name for field in fields(_Asked)]
    print(f"{'':14}" + "".join(f"{name.replace('_', ' '):>16}" for name in names))
    for kind, answers in asked.items():
        values = ([value for one in answers if (value := getattr(one, name)) is not None] for name in names)
        means = (
            f"{np.mean(some):16.{0 if name.startswith('ms') else 3}f}" for name, some in zip(names, values, strict=True)
        )
        print(f"{kind:14}" + "".join(means), flush=True)


def _ask(search: Without, classifier: Classifier, cover: AskedCover, data: bytes) -> _Asked:
    search.left_out = frozenset()
    found, ms = timed(lambda: search.by_image(data, SimilarRequest(10)))
    shown = None if found.verdict is None or found.verdict.album is None else found.verdict.album.album_id
    here = classifier.by_image(data)
    search.left_out = cover.group | cover.artwork
    gone, ms_without = timed(lambda: classifier.by_image(data))
    is_right = _likeliest(gone) == cover.genre
    return _Asked(
        first=found.neighbours[0].album_id in cover.artwork,
        right=shown in cover.artwork,
        wrong=shown is not None and shown not in cover.artwork,
        wrong_without=gone.verdict is not None and gone.verdict.album is not None,
        genre=_likeliest(here) == cover.genre,
        genre_without=is_right,
        unsure_without=gone.unsure,
        genre_if_sure=None if gone.unsure else is_right,
        ms=ms,
        ms_without=ms_without,
    )


def timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    started = time.process_time()
    return ask(), 1000 * (time.process_time() - started)


def _likeliest(answer: ClassifyAnswer) -> str:
    return answer.genres[0].genre


def _pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    cover = Image.open(path).convert("RGB")
    yield "scan", path.read_bytes()
    yield "photo", as_jpeg(photograph(cover, path.name).image)
    yield "with a hand", as_jpeg(photograph(cover, path.name, hand=True).image)
    square = cover.resize((DISTORTED_SIDE_PX, DISTORTED_SIDE_PX), Image.Resampling.BICUBIC)
    for kind in PHOTO_LIKE:
        yield f"{kind} view", as_jpeg(distort(square, kind, path.name))


def as_jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


def asked_covers(home: Home, table: Path, queries: int) -> list[AskedCover]:
    """The covers to ask with: with a genre, and not trained on; so many, drawn at random."""
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    labels = read_labelled_catalogue(home)
    catalogue = labels.vectors
    linked: dict[AlbumId, set[AlbumId]] = defaultdict(set)
    album_of = dict(zip(catalogue.cover_ids.tolist(), map(AlbumId, catalogue.album_ids.tolist()), strict=True))
    with home.database.reading() as session:
        for one, other in cover_links.pairs(session):
            linked[album_of[one]].add(album_of[other])
            linked[album_of[other]].add(album_of[one])
    albums: Mapping[str, AlbumId] = dict(
        zip((Path(path).name for path in catalogue.paths), map(AlbumId, catalogue.album_ids.tolist()), strict=True)
    )
    hashes: Mapping[str, ContentHash] = dict(
        zip((Path(path).name for path in catalogue.paths), catalogue.content_hashes, strict=True)
    )
    groups: dict[str, set[AlbumId]] = defaultdict(set)
    for row in rows:
        groups[row["split_group"]].add(albums[Path(row["file"]).name])
    labelled = [row for row in rows if row["genre"]]
    unseen = unseen_by(labels.bundle, [hashes[Path(row["file"]).name] for row in labelled])
    drawn = np.random.default_rng(SEED).permutation(np.flatnonzero(unseen))[:queries]
    return [
        AskedCover(
            table.parent / labelled[row]["file"],
            labelled[row]["genre"],
            frozenset({album_id, *linked[album_id]}),
            frozenset(groups[labelled[row]["split_group"]]),
        )
        for row in drawn.tolist()
        for album_id in [albums[Path(labelled[row]["file"]).name]]
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("--queries", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
