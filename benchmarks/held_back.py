"""Genres of held-back covers, asked over HTTP, each of a service that knows nothing of its artist or artwork.

    SLEEVE_HOME=HOME python -m benchmarks.held_back

HOME is an indexed home with the default database, whose covers have been read. The covers that the model was not
trained on are divided as ``sleeve evaluate`` does it. For each of the five parts, the home is copied, the groups of the
part are removed from the copy, genres are fitted to the rest, and every cover of the part is sent as an image to a
service over the copy. So this measures the whole way of a stranger's question.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.http import serving
from benchmarks.own_database import require_own_database
from indexer.evaluation.labelled_catalogue import difference_hashes, labelled_covers, read_labelled_catalogue
from indexer.evaluation.measuring import Resampling, measure_method
from indexer.genre import LabelledVectors
from indexer.genre.folds import group_folds
from indexer.home import open_home
from indexer.images.decoding import read
from indexer.jobs.genres import fit_genres
from indexer.jobs.remove import remove
from indexer.progress import Silent
from sleeve.settings import Settings, read_settings
from sleeve.vocabulary import AlbumId

SEED = 0
RESAMPLES = 1_000
LEAST_COVERS = 6
"""Covers of a genre for its F1 to count in the second mean."""


def main() -> None:
    """Ask for all parts, and print."""
    require_own_database()
    with open_home(read_settings()) as home:
        catalogue = read_labelled_catalogue(home)
        hashes = difference_hashes(catalogue.vectors.paths, threads=home.threads, progress=Silent())
        covers, folder = labelled_covers(catalogue, hashes), home.folder
    path_of = dict(zip(catalogue.vectors.album_ids.tolist(), catalogue.vectors.paths, strict=True))
    unseen = np.flatnonzero(covers.unseen_or_all)
    folds = group_folds(covers.targets[unseen], covers.groups[unseen], seed=SEED)
    tested, found = [], []
    for fold in np.unique(folds):
        part = unseen[folds == fold]
        gone = covers.albums_or_rows[np.isin(covers.groups, covers.groups[part])].tolist()
        images = [read(path_of[album_id]) for album_id in covers.albums_or_rows[part].tolist()]
        tested.append(part)
        found.append(_asked(folder, [AlbumId(album_id) for album_id in gone], images, covers.genres))
        right = covers.targets[part][np.arange(len(part)), found[-1].argmax(axis=1)].mean()
        print(f"part {fold}: {len(part)} covers, {right:.3f} right", flush=True)
    _print(np.concatenate(found), covers.take(np.concatenate(tested)))


def _asked(folder: Path, gone: list[AlbumId], images: list[bytes], genres: tuple[str, ...]) -> NDArray[np.float64]:
    """(m, g) probabilities, by a service over a copy of the home without some albums."""
    with TemporaryDirectory() as aside:
        copy = Path(aside) / "home"
        shutil.copytree(folder, copy)
        with open_home(Settings(home=copy, _env_file=None)) as home:
            remove(home, Silent(), gone)
            fit_genres(home, Silent())
        with serving(copy) as (_, address), httpx.Client(base_url=address, timeout=120) as client:
            return np.array([_probabilities(client, image, genres) for image in images])


def _probabilities(client: httpx.Client, image: bytes, genres: tuple[str, ...]) -> list[float]:
    answer = client.post("/api/v1/classify", files={"image": ("cover.jpg", image)})
    answer.raise_for_status()
    said = {one["genre"]: one["probability"] for one in answer.json()["genres"]}
    return [said.get(genre, 0.0) for genre in genres]


def _print(probabilities: NDArray[np.float64], tested: LabelledVectors) -> None:
    scores = measure_method(probabilities, tested, Resampling(RESAMPLES, SEED), kinds={})
    of_genres = [one.f1 for one in scores.per_genre if one.support >= LEAST_COVERS]
    for name, value in {
        "accuracy": scores.accuracy,
        "top 3": scores.top_3,
        "macro F1": scores.macro_f1,
        f"macro F1 of {len(of_genres)} genres": np.mean(of_genres),
        "calibration error": scores.calibration_error,
    }.items():
        print(f"{name:22} {value:.3f}")
    for name, span in {"accuracy": scores.accuracy_interval, "top 3": scores.top_3_interval}.items():
        print(f"{name:22} {span.low:.3f} to {span.high:.3f}")


if __name__ == "__main__":
    main()
