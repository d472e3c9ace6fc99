"""Answers with an ETag: 304 if the client has the body already, else the body, compressed if the client takes that."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from fastapi import Request, Response
from pydantic import BaseModel

from service.http.packed_json import GZIP_LEVEL

FOR_GOOD = "public, max-age=31536000, immutable"
"""For an address that names its content: what is there never changes."""

KEPT_BY_ONE = "private, max-age=31536000, immutable"
"""The same, but for the browser that asked."""

ASK_EACH_TIME = "no-cache"


@dataclass(frozen=True, slots=True)
class Body:
    """An answer as JSON, as it is and compressed."""

    content: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, answer: BaseModel) -> Self:
        """With public names of covers."""
        content = answer.model_dump_json().encode()
        return cls(content, gzip.compress(content, GZIP_LEVEL, mtime=0), sha256(content).hexdigest()[:32])


def client_has(request: Request, tag: str) -> bool:
    """Whether the client says that it has what this quoted ETag names."""
    known = request.headers.get("if-none-match", "").split(",")
    return tag in (each.strip().removeprefix("W/") for each in known)


def send(
    request: Request, content: bytes, compressed: bytes, *, etag: str, media_type: str, cache_control: str
) -> Response:
    """Answer a request; the two forms of a body have ETags of their own, as they must."""
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{etag}-gz"' if takes_gzip else f'"{etag}"'
    headers = {"ETag": tag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if client_has(request, tag):
        return Response(status_code=304, headers=headers)
    if takes_gzip:
        headers["Content-Encoding"] = "gzip"
    return Response(compressed if takes_gzip else content, media_type=media_type, headers=headers)


def send_body(request: Request, body: Body) -> Response:
    """Answer with JSON that the client may keep, but must ask for again before it uses it."""
    return send(
        request,
        body.content,
        body.compressed,
        etag=body.etag,
        media_type="application/json",
        cache_control="private, no-cache",
    )
