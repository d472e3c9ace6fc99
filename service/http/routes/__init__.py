"""The routes, one module for each noun or verb of the API."""

from service.http.routes import album, catalogue, classify, cover, duplicates, health, index, map, match, similar, web

ROUTERS = tuple(
    routes.router for routes in (similar, classify, match, album, cover, duplicates, catalogue, map, index, health, web)
)
"""In the order in which a request is matched."""
