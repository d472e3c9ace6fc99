"""What files are that are not covers: each is counted by its kind, and none is left out without a word."""

import os
import re
import stat
from collections.abc import Mapping
from mimetypes import MimeTypes
from pathlib import Path

from indexer.images.audio import AUDIO_SUFFIXES
from indexer.images.decoding import is_picture
from indexer.sources.file_names import IMAGE_SUFFIXES
from indexer.sources.table_rows import TABLE_SUFFIXES

HIDDEN = "hidden files"
SYSTEM = "files of systems and programs"
LINKS = "links to folders that are read anyway"
MUSIC = "music files"
TRACKS = "music files read for their tags"
TABLES = "tables"
ARCHIVES = "archives that are not read"
SPREADSHEETS = "spreadsheets"
DESCRIPTIONS = "files read for what they say of a cover"
PICTURES = "pictures that are no covers of albums"
BLANK_ROWS = "blank rows"
TOTALS = "rows of totals"
REPEATED_ROWS = "rows that say the same of a file again"
FOLDER_MARKS = "marks of folders in object storage"
DEVICES = "pipes, sockets and devices"
UNKNOWN = "files of unknown kinds"

HINTS: Mapping[str, str] = {
    SYSTEM: "such as thumbnails and recycle bins",
    MUSIC: "`--genre-from tags` reads them",
    TABLES: "`sleeve add TABLE` reads one",
    SPREADSHEETS: "save one as CSV, which `sleeve add` reads",
    ARCHIVES: "unpack them first; zip and tar are read",
}
"""What a person may want to know or do about a kind."""

_SPREADSHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers"})
_ARCHIVE_SUFFIXES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cbz", ".cbr"})
_SUFFIXES = {
    MUSIC: AUDIO_SUFFIXES,
    TABLES: TABLE_SUFFIXES,
    SPREADSHEETS: _SPREADSHEET_SUFFIXES,
    ARCHIVES: _ARCHIVE_SUFFIXES,
}

_SYSTEM_NAMES = frozenset(
    {
        *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "albumartsmall.jpg"),
        *("@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "~snapshot", "__macosx"),
        *("$recycle.bin", "recycler", "recycled", "system volume information", "lost+found", "found.000"),
        *("network trash folder", "temporary items", "zbthumbnail.info"),
    }
)
_SYSTEM_PATTERN = re.compile(r"thumbs\.db:.*|albumart_\{.*\}_small\.jpg|.*@syno(resource|eastream)|~\$.*")
_KNOWN_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_HEAD_BYTES = 1024

_types = MimeTypes()


def ignored_as(name: str) -> str | None:
    """The kind of a file or folder of this name that is never looked into; None if it is looked at."""
    folded = name.lower()
    if folded in _SYSTEM_NAMES or _SYSTEM_PATTERN.fullmatch(folded):
        return SYSTEM
    return HIDDEN if name.startswith(".") else None


def kind_of_name(name: str) -> str | None:
    """The kind of a file that its ending makes no picture; None if it may be one."""
    suffix = Path(name).suffix.lower()
    for kind, suffixes in _SUFFIXES.items():
        if suffix in suffixes:
            return kind
    mime = _types.guess_type(f"x{suffix}", strict=False)[0]
    return f"{suffix} files" if mime and not mime.startswith("image/") else None


def kind_of_head(name: str, head: bytes) -> str | None:
    """The kind of a file by its name and its first bytes; None if it claims to be a picture."""
    kind, suffix = kind_of_name(name), Path(name).suffix.lower()
    if kind or suffix in IMAGE_SUFFIXES or is_picture(head):
        return kind
    return f"{suffix} files" if _KNOWN_SUFFIX.fullmatch(suffix) else UNKNOWN


def kind_of_file(path: Path) -> str | None:
    """The kind of a file that is not a picture by its name nor by its first bytes; None if it claims to be one."""
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return None
    kind = kind_of_name(path.name)
    if kind:
        return kind
    try:
        # Looked at before it is opened: opening a pipe waits for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            return DEVICES
        with path.open("rb") as file:
            return kind_of_head(path.name, file.read(_HEAD_BYTES))
    except (OSError, ValueError):
        return None


def files_below(folder: str) -> int:
    """How many files there are, at any depth; a folder that cannot be read counts as one."""
    unreadable: list[OSError] = []
    return sum(len(files) for _, _, files in os.walk(folder, onerror=unreadable.append)) + len(unreadable)
