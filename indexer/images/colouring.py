"""``sleeve index``, last stage: albums without a place in the order by colour → their faces → places, stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from db import colours, leases
from db.colour_order import place_of
from db.database import Database
from db.records import HashedCover
from indexer.images.decoding import decode
from indexer.images.leased import Holder, LeasedCovers
from indexer.images.main_colour import GRID_PX, main_colour
from indexer.images.pending import Failed, work_ahead
from indexer.progress import Progress, Silent, chunks
from sleeve.vocabulary import AlbumId

STORE_COVERS = 256
"""Covers in a lease and in one transaction: what a crash can make ``index`` look at again."""

_AHEAD_COVERS = 128


@dataclass(frozen=True, slots=True)
class _Placed:
    cover: HashedCover
    place: int


def colour_pending(
    database: Database, *, threads: int, holder: Holder | None = None, progress: Progress | None = None
) -> int:
    """Find the place of every album that waits for it, together with whoever else does so; returns how many were found.
    An album whose file cannot be read waits for the next run.

    Raises:
        CatalogueError: the database cannot be used; what was stored stays.
    """
    progress = progress or Silent()
    found = 0
    with database.reading() as session:
        waiting = colours.count_pending(session)
    progress.start("Looking at colours", waiting)
    if not waiting:
        return 0
    with LeasedCovers(database, colours.placing(), holder or Holder(), STORE_COVERS) as covers:
        while covers.wait(progress):
            progress.start("Looking at colours", waiting - found)
            leased = chain.from_iterable(covers.pages())
            with work_ahead(leased, _placed, threads=threads, ahead=_AHEAD_COVERS) as prepared:
                for batch in chunks(prepared, STORE_COVERS):
                    found += _store(database, covers, batch)
                    progress.advance(len(batch))
    return found


def colour_album(database: Database, album_id: AlbumId) -> None:
    """``colour_pending`` for one album."""
    with database.reading() as session:
        face = colours.face(session, album_id)
    if face is None:
        return
    with work_ahead([face], _placed, threads=1, ahead=1) as prepared:
        places = {item.cover: item.place for item in prepared if isinstance(item, _Placed)}
    with database.writing() as session:
        colours.store(session, places)


def _store(database: Database, covers: LeasedCovers, batch: Sequence[_Placed | Failed]) -> int:
    made = {item.cover: item.place for item in batch if isinstance(item, _Placed)}
    failed = {item.cover: item.elsewhere for item in batch if isinstance(item, Failed)}
    with database.writing() as session:
        ours = leases.finish(session, covers.ended(made.keys(), failed))
        places = {cover: place for cover, place in made.items() if cover.cover_id in ours}
        colours.store(session, places)
    return len(places)


def _placed(cover: HashedCover, data: bytes) -> _Placed:
    return _Placed(cover, place_of(*main_colour(decode(data, reduce_to_px=GRID_PX))))
