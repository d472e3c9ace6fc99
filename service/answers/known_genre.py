"""Whether a genre that is asked for exists, and which one is likely to be meant if not."""

from rapidfuzz.process import extractOne

from db import albums
from db.database import Database
from db.records import CatalogueFilter, fold
from sleeve.errors import NotFoundError

_ALIKE = 60


def check_genre(database: Database, allowed: CatalogueFilter) -> None:
    """Make sure that the genre of a filter exists.

    Raises:
        NotFoundError: no album ever had it.
        CatalogueError: the database cannot be used.
    """
    if allowed.genre is None:
        return
    asked = fold(allowed.genre)
    with database.reading() as session:
        known = albums.genre_names(session)
    if asked in known:
        return
    closest = extractOne(asked, known, score_cutoff=_ALIKE)
    raise NotFoundError(f"there is no genre {asked}" + (f"; did you mean {closest[0]}?" if closest else ""))
