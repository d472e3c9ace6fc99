"""The web app's files, read once: each with its compressed form and its ETag; the page names their version."""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from db.records import AlbumRecord
from sleeve.vocabulary import Side

FOLDER = Path(__file__).parents[1] / "web"
PAGE = "index.html"

_VERSION_MARK, _ROOT_MARK = "@version", "@root"
_TITLE = b"<title>Sleeve</title>"
_DIGITS = 16
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file as it is sent."""

    media_type: str
    content: bytes
    compressed: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class WebFiles:
    """The page, and what it loads, by path.

    Attributes:
        version: changes with any of the files.
    """

    version: str
    page: WebFile
    files: Mapping[str, WebFile]


def read_web_files(folder: Path = FOLDER, root_path: str = "") -> WebFiles:
    """Read the app.

    The page's ``@version`` becomes the version of all files, so that they can be kept for good, and its ``@root`` the
    path below which the service is found.
    """
    contents = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    version = digest.hexdigest()[:_DIGITS]
    page = contents.pop(PAGE).replace(_VERSION_MARK.encode(), version.encode())
    page = page.replace(_ROOT_MARK.encode(), root_path.encode())
    files = {name: web_file(name, content) for name, content in contents.items()}
    return WebFiles(version, web_file(PAGE, page), files)


def web_file(name: str, content: bytes) -> WebFile:
    """A file as it is sent; its type follows from its name."""
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    etag = sha256(content).hexdigest()[:_DIGITS]
    return WebFile(kind, content, gzip.compress(content, mtime=0), etag)


def about_album(page: bytes, album: AlbumRecord, root_path: str) -> bytes:
    """The page with an album's name as its title, and its cover for previews of links."""
    name = " by ".join(filter(None, (album.title or f"Album {album.id}", album.artist)))
    tags = f'<title>{escape(name)} · Sleeve</title>\n<meta property="og:title" content="{escape(name)}">'
    face = next((cover for cover in album.covers if cover.side is Side.FRONT), None)
    if face is not None:
        address = escape(f"{root_path}/api/v1/images/{face.content_hash}?size=768&format=jpeg")
        tags += f'\n<meta property="og:image" content="{address}">'
    return page.replace(_TITLE, tags.encode(), 1)
