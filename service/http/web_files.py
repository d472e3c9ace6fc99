"""The web app's files, read once: modules and styles joined, each file with its compressed form and its ETag; the page
names their version."""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from db.records import AlbumRecord
from service.http.scripts import START, joined, scripts_of
from sleeve.vocabulary import Side

FOLDER = Path(__file__).parents[1] / "web"
PAGE = "index.html"
STYLES = "css/all.css"
"""All style sheets, in the order of their names."""

PLAIN_SCRIPTS = frozenset({"js/theme-at-start.js"})
"""No modules."""

FIRST_VIEW = "search"

_VIEWS = "js/views/"
_VERSION_MARK, _ROOT_MARK, _VIEW_MARK = "@version", "@root", "<!-- @view -->\n"
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
        pages: by the view that the page loads first.
    """

    version: str
    pages: Mapping[str, WebFile]
    files: Mapping[str, WebFile]


def read_web_files(folder: Path = FOLDER, root_path: str = "") -> WebFiles:
    """Read the app.

    The page's ``@version`` becomes the version of all files, so that they can be kept for good, its ``@root`` the path
    below which the service is found, and its ``@view`` the scripts that the view needs, so that they come at once.
    """
    contents = _as_sent(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    )
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    version = digest.hexdigest()[:_DIGITS]
    page = contents.pop(PAGE).decode()
    scripts = {name: content.decode() for name, content in contents.items() if name.endswith(".js")}
    pages = {}
    for view in {Path(name).stem for name in scripts if name.startswith(_VIEWS)} | {FIRST_VIEW}:
        made = page.replace(_VIEW_MARK, _preloads(f"{_VIEWS}{view}.js", scripts))
        made = made.replace(_VERSION_MARK, version).replace(_ROOT_MARK, root_path)
        pages[view] = web_file(PAGE, made.encode())
    return WebFiles(version, pages, {name: web_file(name, content) for name, content in contents.items()})


def _as_sent(written: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is sent of what is written: few files, because each costs a visitor a request."""
    modules = {name for name in written if name.endswith(".js")} - PLAIN_SCRIPTS
    styles = [name for name in written if name.endswith(".css")]
    sent = {name: content for name, content in written.items() if name not in {*modules, *styles}}
    sent |= {name: text.encode() for name, text in joined({name: written[name].decode() for name in modules}).items()}
    sent[STYLES] = b"".join(written[name] for name in styles)
    return sent


def _preloads(path: str, scripts: Mapping[str, str]) -> str:
    if path not in scripts:
        return ""
    names = [name for name in scripts_of(path, scripts) if name != START]
    return "".join(f'<link rel="modulepreload" href="@root/static/@version/{name}">\n' for name in names)


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
