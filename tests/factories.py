"""Things that tests need many of: covers as files, and a backbone that is quick and known by heart."""

from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.database import Database
from db.records import CoverFile
from indexer.home import Home
from indexer.images.decoding import Interpolation, ResizeRule
from sleeve.settings import Settings
from sleeve.vocabulary import Fingerprint, LabelSource


def write_cover(path: Path, seed: int, size_px: int = 64) -> Path:
    """A picture of 4 x 4 random flat fields, different for every seed; PNG, so that pixels survive exactly."""
    fields = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(fields).resize((size_px, size_px), Image.Resampling.NEAREST).save(path)
    return path


def write_tinted(path: Path, seed: int, tint: tuple[int, int, int]) -> Path:
    """A picture of fields around one colour: a genre that can be learnt."""
    noise = np.random.default_rng(seed).integers(-60, 60, (4, 4, 3))
    fields = np.clip(np.array(tint) + noise, 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(fields).resize((64, 64), Image.Resampling.NEAREST).save(path)
    return path


def write_covers(folder: Path, genres: dict[str, int], first_seed: int = 0) -> list[Path]:
    """A folder for each genre, with that many covers in it."""
    names = [f"{genre}/{number:03d}.png" for genre, count in genres.items() for number in range(count)]
    return [write_cover(folder / name, first_seed + seed) for seed, name in enumerate(names)]


def cover_file(path: Path, *genres: str, **more: object) -> CoverFile:
    """What a source could say about a path."""
    fields = {"file": path.name, "path": path, "label_source": LabelSource.FOLDER, "genres": genres, **more}
    return CoverFile(**fields)  # type: ignore[arg-type]


class FakeBackbone:
    """Vectors are the centred colours of a 4 x 4 grid, normalised: 48 dimensions. Counts the covers it embeds."""

    fingerprint = Fingerprint("f" * 64)
    dimension = 48
    input_size_px = 32
    resize = ResizeRule.SQUASH
    interpolation = Interpolation.BICUBIC

    def __init__(self) -> None:
        self.embedded = 0
        self._lock = Lock()

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        with self._lock:
            self.embedded += len(images)
        grid = images.reshape(len(images), 4, 8, 4, 8, 3).mean(axis=(2, 4)).reshape(len(images), -1)
        centred = (grid - 127.5).astype(np.float32)
        return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True), dtype=np.float32)


def home_at(folder: Path, database: Database | None = None) -> Home:
    """The home of a folder as the code sees it, whatever the environment says."""
    return Home(Settings(home=folder, _env_file=None), database)
