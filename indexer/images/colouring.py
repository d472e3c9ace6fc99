"""``sleeve index``, last stage: albums without a place in the order by colour → their faces → places, stored."""

from dataclasses import dataclass

from db import colours
from db.colour_order import place_of
from db.database import Database
from db.records import HashedCover
from indexer.images.decoding import decode
from indexer.images.main_colour import GRID_PX, main_colour
from indexer.images.pending import work_ahead
from indexer.progress import Progress, Silent, chunks
from sleeve.vocabulary import AlbumId, CoverId

STORE_COVERS = 256
"""Places in one transaction: what a crash can make ``index`` look at again."""

_AHEAD_COVERS = 128


@dataclass(frozen=True, slots=True)
class _Placed:
    cover: HashedCover
    place: int


def colour_pending(
    database: Database, *, threads: int, progress: Progress | None = None, album_id: AlbumId | None = None
) -> int:
    """Find the place of every album that waits for it; returns how many were found. An album whose file cannot be read
    waits for the next run.

    Args:
        album_id: only this album.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    progress = progress or Silent()
    with database.reading() as session:
        progress.start("Looking at colours", colours.count_pending(session) if album_id is None else 1)

    def pending(after: CoverId, limit: int) -> list[HashedCover]:
        with database.reading() as session:
            return colours.pending(session, after=after, limit=limit, album_id=album_id)

    def placed(cover: HashedCover, data: bytes) -> _Placed:
        return _Placed(cover, place_of(*main_colour(decode(data, reduce_to_px=GRID_PX))))

    found = 0
    with work_ahead(pending, placed, threads=threads, ahead=_AHEAD_COVERS) as prepared:
        for batch in chunks(prepared, STORE_COVERS):
            places = {item.cover: item.place for item in batch if isinstance(item, _Placed)}
            with database.writing() as session:
                colours.store(session, places)
            found += len(places)
            progress.advance(len(batch))
    return found
