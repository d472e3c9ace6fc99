"""The middleware of the service, in order."""

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser
from starlette.middleware.cors import CORSMiddleware

from indexer.images.decoding import DEFAULT_LIMITS
from service.http.metrics import Metrics
from service.http.protection.body_limit import BODY_TIME_S, BodyLimit
from service.http.protection.changes import ApiKey, OtherSites
from service.http.protection.known_hosts import KnownHosts
from service.http.protection.proxies import Proxies
from service.http.protection.rate_limit import RateLimit
from service.http.protection.request_log import RequestLog
from service.http.protection.root_path import RootPath
from service.http.protection.security_headers import SecurityHeaders
from service.http.protection.unexpected import Unexpected
from sleeve.settings import Settings

_FORM_OVERHEAD_BYTES = 64 * 1024
"""What a multipart request may hold as well as the image."""

MAX_FILE_IN_MEMORY_BYTES = 16 * 1024
"""A larger file of a form is written to the disk as it arrives: hundreds of forms may be on their way at once, and each
may have 32 files."""

MAX_JSON_BYTES = 64 * 1024
"""The largest JSON body: the longest real question is 200 album ids and a text."""


def install(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Protect an app; what is added last sees a request first."""
    MultiPartParser.spool_max_size = MAX_FILE_IN_MEMORY_BYTES
    app.add_middleware(
        BodyLimit,
        max_form_bytes=DEFAULT_LIMITS.max_bytes + _FORM_OVERHEAD_BYTES,
        max_other_bytes=MAX_JSON_BYTES,
        max_seconds=BODY_TIME_S,
    )
    if settings.api_key is not None:
        app.add_middleware(ApiKey, key=settings.api_key)
    app.add_middleware(OtherSites, allowed=settings.origins)
    app.add_middleware(
        RateLimit, reads_per_minute=settings.reads_per_minute, writes_per_minute=settings.writes_per_minute
    )
    app.add_middleware(Unexpected)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "X-API-Key", "X-Request-ID"),
            expose_headers=("ETag", "Location", "Retry-After", "X-Request-ID"),
        )
    app.add_middleware(KnownHosts, names=settings.host_names)
    app.add_middleware(SecurityHeaders, shared=bool(settings.origins))
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(Proxies, addresses=settings.proxy_networks)
    if settings.root_path:
        app.add_middleware(RootPath, path=settings.root_path)
