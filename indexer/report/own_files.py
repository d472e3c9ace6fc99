"""The files of a report in a folder that may hold the user's own: only what a report wrote is written over."""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from indexer.files import replacing
from sleeve.errors import OutputError

LEDGER = ".sleeve-report.json"
"""By name the SHA-256 of each file that a report wrote, or of both the old and the new one while it writes."""


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, each whole or not at all; files of other names stay.

    Raises:
        OutputError: a file of one of these names is not as a report wrote it; nothing is written.
        OSError: the disk refuses.
    """
    require_own(folder, contents)
    before = _read(folder)
    digests = {name: sha256(data).hexdigest() for name, data in contents.items()}
    # A run that is killed leaves old and new files, and the next one must know both.
    _write(folder, before | {name: [*before.get(name, ()), digest] for name, digest in digests.items()})
    for name, data in contents.items():
        with replacing(folder / name) as fresh:
            fresh.write_bytes(data)
    _write(folder, before | {name: [digest] for name, digest in digests.items()})


def require_own(folder: Path, names: Iterable[str] = ()) -> None:
    """Make sure that the files of these names, and all that a report wrote before, may be written over.

    Raises:
        OutputError: one of them is not as a report wrote it.
        OSError: the folder cannot be read.
    """
    known = _read(folder)
    for name in dict.fromkeys((*names, *known)):
        path = folder / name
        if path.exists() and _digest(path) not in known.get(name, ()):
            raise OutputError(
                f"{path} was not written by a report, or was changed since: move it away, or choose another folder "
                "with -o"
            )


def own_bytes(folder: Path, name: str) -> bytes | None:
    """A file of this name as a report wrote it; None if none did, or it was changed since."""
    digests = _read(folder).get(name)
    if digests is None:
        return None
    try:
        data = (folder / name).read_bytes()
    except OSError:
        return None
    return data if sha256(data).hexdigest() in digests else None


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, list[str]]:
    """What a report wrote into a folder; nothing if the ledger is missing or is not a ledger."""
    try:
        found = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    if not isinstance(found, dict) or not all(isinstance(digests, list) for digests in found.values()):
        return {}
    return {str(name): [str(digest) for digest in digests] for name, digests in found.items()}


def _write(folder: Path, digests: Mapping[str, list[str]]) -> None:
    with replacing(folder / LEDGER) as fresh:
        fresh.write_text(json.dumps(digests, indent=1), encoding="utf-8")
