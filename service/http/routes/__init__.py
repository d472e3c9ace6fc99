"""The routes, one module for each noun or verb of the API."""

from service.http.routes import (
    album,
    barcodes,
    catalogue,
    classify,
    cover,
    duplicates,
    health,
    index,
    map,
    match,
    similar,
    web,
)

_ROOMS = (similar, cover, album, classify, match, barcodes, duplicates, catalogue, map, index, health, web)

ROUTES = tuple(route for room in _ROOMS for route in room.router.routes)
"""In the order in which a request is matched: what is asked for most comes first."""
