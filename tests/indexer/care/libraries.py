"""Music libraries whose covers are drawn."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from indexer.care import AlbumArt, look
from indexer.sources.music import MusicSource
from indexer.sources.spelling import Spellings
from tests.indexer.artwork.artworks import artwork
from tests.indexer.images.audio.recordings import write_track


def jpeg(seed: int, size: int | tuple[int, int] = 600, quality: int = 90) -> bytes:
    """An artwork in a size, as a JPEG."""
    made = BytesIO()
    sides = (size, size) if isinstance(size, int) else size
    artwork(seed).resize(sides, Image.Resampling.LANCZOS).save(made, "JPEG", quality=quality)
    return made.getvalue()


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def put_album(
    folder: Path,
    title: str = "Quiet Harbour",
    *,
    inside: bytes | None = None,
    tracks: int = 2,
    kind: str = "flac",
    artist: str = "Ada Quartet",
) -> Path:
    """An album of tracks that all have one picture, or none."""
    for number in range(tracks):
        shown = [(3, inside)] if inside else []
        write_track(folder / f"{number + 1}.{kind}", album=title, artist=artist, pictures=shown)
    return folder


def library(root: Path) -> MusicSource:
    return MusicSource(root, Spellings({}), label=False)


def art_of(root: Path) -> AlbumArt:
    """What the one album below a folder has."""
    source = library(root)
    [album] = source.albums()
    return look(source, album)
