"""The HTTP route of the catalogue's map."""

import gzip
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from db import albums
from indexer.analysis.catalogue_map import read_map
from indexer.home import Home
from service import schemas
from service.http.api import API, PROBLEM
from service.http.caching import send
from service.http.dependencies import HomeDep
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId

router = APIRouter(prefix=API, tags=["map"])

_GZIP_LEVEL = 5


@router.get(
    "/map",
    summary="Every album's place on the map",
    response_class=Response,
    responses={
        200: {"model": schemas.MapSchema, "description": "The map"},
        304: {"description": "Not Modified"},
        404: PROBLEM,
        503: PROBLEM,
    },
)
def catalogue_map(request: Request, home: HomeDep) -> Response:
    """Albums that look alike are near each other; the lists are parallel. 404 until `sleeve map` has run.

    Albums that were removed since then are left out; those that came since then are missing until it runs again.
    """
    body = _map(home).model_dump_json().encode()
    return send(
        request,
        body,
        gzip.compress(body, _GZIP_LEVEL, mtime=0),
        etag=sha256(body).hexdigest()[:32],
        media_type="application/json",
        cache_control="private, no-cache",
    )


def _map(home: Home) -> schemas.MapSchema:
    live = home.live()
    drawn = None if live is None else read_map(home.map_file(live.bundle.fingerprint))
    if drawn is None:
        raise NotFoundError("there is no map of the catalogue yet; run `sleeve map`")
    with home.database.reading() as session:
        present = albums.ids(session)
        rows = [row for row, album_id in enumerate(drawn.albums) if album_id in present]
        shown = [AlbumId(drawn.albums[row]) for row in rows]
        genres = albums.genres_of_many(session, shown)
    names = sorted({names[0] for names in genres.values()})
    place = {name: number for number, name in enumerate(names)}
    return schemas.MapSchema(
        bundle=drawn.bundle,
        method=drawn.method,
        created_at=drawn.created_at,
        genres=names,
        albums=list(shown),
        covers=[drawn.covers[row] for row in rows],
        x=[drawn.x[row] for row in rows],
        y=[drawn.y[row] for row in rows],
        genre=[place[genres[album_id][0]] if album_id in genres else -1 for album_id in shown],
    )
