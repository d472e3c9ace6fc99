"""The map as it is sent: made again only when its file or the catalogue has changed."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from threading import Lock

from db import albums
from indexer.analysis.catalogue_map import CatalogueMap, read_map
from indexer.home import Home
from service import schemas
from service.http.caching import Body
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId


class Maps:
    """Keeps the map that was sent last. Safe to use from several threads at once."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._making = Lock()
        self._made: tuple[tuple[object, ...], Body] | None = None

    def current(self) -> Body:
        """The live bundle's map with the albums and genres of this moment.

        Raises:
            NotFoundError: there is none yet.
            CatalogueError: the database cannot be used.
        """
        live = self._home.live()
        file = None if live is None else self._home.map_file(live.bundle.fingerprint)
        if file is None or not file.is_file():
            raise _no_map()
        with self._making:
            stamp = (*_stamp(file), *self._catalogue_state())
            if self._made is None or self._made[0] != stamp:
                self._made = (stamp, _body(self._home, file))
            return self._made[1]

    def _catalogue_state(self) -> tuple[int, ...]:
        with self._home.database.reading() as session:
            return albums.state(session)


def _no_map() -> NotFoundError:
    return NotFoundError("there is no map of the catalogue yet; run `sleeve map`")


def _stamp(file: Path) -> tuple[str, int, int, int]:
    status = file.stat()
    return str(file), status.st_ino, status.st_size, status.st_mtime_ns


def _body(home: Home, file: Path) -> Body:
    drawn = read_map(file)
    if drawn is None:
        raise _no_map()
    return Body.of(_schema(home, drawn))


def _steps(numbers: Sequence[int]) -> list[int]:
    """Each number less the one before."""
    return [number - before for before, number in pairwise([0, *numbers])]


def _schema(home: Home, drawn: CatalogueMap) -> schemas.MapSchema:
    with home.database.reading() as session:
        present = albums.with_cover(session)
        rows = [row for row, album_id in enumerate(drawn.albums) if album_id in present]
        shown = [AlbumId(drawn.albums[row]) for row in rows]
        genres = albums.genres_of_many(session, shown)
        years = albums.years(session)
    predicted = None if drawn.predicted is None else [drawn.predicted[row] for row in rows]
    names = sorted({names[0] for names in genres.values()} | {name for name in predicted or () if name is not None})
    place = {name: number for number, name in enumerate(names)}
    motifs = sorted(set(drawn.motif or ()))
    motif_at = {name: number for number, name in enumerate(motifs)}
    return schemas.MapSchema(
        bundle=drawn.bundle,
        method=drawn.method,
        created_at=drawn.created_at,
        genres=names,
        album_steps=_steps(shown),
        cover_steps=_steps([drawn.covers[row] for row in rows]),
        x=[drawn.x[row] for row in rows],
        y=[drawn.y[row] for row in rows],
        genre=[place[genres[album_id][0]] if album_id in genres else -1 for album_id in shown],
        year=[years.get(album_id, 0) for album_id in shown],
        predicted=None if predicted is None else [-1 if name is None else place[name] for name in predicted],
        motif=None if drawn.motif is None else [motif_at[drawn.motif[row]] for row in rows],
        motifs=motifs,
        missing=len(present) - len(shown),
    )
