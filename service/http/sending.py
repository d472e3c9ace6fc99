"""Sending a body with an ETag, compressed for whoever takes it, or 304 where the asker has it already."""

from fastapi import Request, Response


def send(
    request: Request, content: bytes, compressed: bytes, *, etag: str, media_type: str, cache_control: str
) -> Response:
    """Answer a request; the two forms of a body have ETags of their own, as they must."""
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{etag}-gz"' if takes_gzip else f'"{etag}"'
    headers = {"ETag": tag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    if takes_gzip:
        headers["Content-Encoding"] = "gzip"
    return Response(compressed if takes_gzip else content, media_type=media_type, headers=headers)
