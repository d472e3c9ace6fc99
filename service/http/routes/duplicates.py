"""The HTTP route of the pairs of albums whose fronts are linked."""

from typing import Annotated

from fastapi import APIRouter, Query

from db import linked_albums
from service import schemas
from service.http.api import API, PROBLEM
from service.http.dependencies import HomeDep
from service.http.written_route import WrittenRoute

MAX_PAIRS = 100
"""Pairs in one answer."""

MAX_SKIP = 10_000_000

router = APIRouter(prefix=API, tags=["albums"], route_class=WrittenRoute)


@router.get("/duplicates", summary="Pairs of albums with one artwork", responses={422: PROBLEM, 503: PROBLEM})
def duplicates(
    home: HomeDep,
    decided: Annotated[bool, Query(description="those of which a person says whether they do")] = False,
    skip: Annotated[int, Query(ge=0, le=MAX_SKIP, description="pairs to leave out before the first one")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAIRS)] = 20,
) -> schemas.LinkedPageSchema:
    """Pairs whose fronts show the same artwork by their pixels, those with the newest album first. `PUT` and `DELETE`
    of `/albums/{album_id}/same-artwork/{other_id}` decide, `POST /albums/{album_id}/merge` makes them one album."""
    with home.database.reading() as session:
        pairs, total = linked_albums.pairs(session, decided=decided, skip=skip, limit=limit)
    return schemas.LinkedPageSchema(pairs=[schemas.LinkedAlbumsSchema.of(pair) for pair in pairs], total=total)
