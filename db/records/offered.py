"""What sources offer, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.records.lists import ListRow
from sleeve.vocabulary import ContentHash, LabelSource, ListName, Outcome, Rejection, Side


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could be a cover; ``file`` and ``path`` as in ``sleeve.vocabulary``.

    Attributes:
        kind: of ``OtherFiles``: what its source counts it as, in its folder, unless it is tried.
    """

    file: str
    path: Path
    kind: str


@dataclass(frozen=True, slots=True)
class CoverFile:
    """What a source says about one file.

    Attributes:
        file, path: as in ``sleeve.vocabulary``.
        label_source: who says all this.
        group: covers of one group are of one album when no names say so.
        exported: of a row that ``sleeve export`` wrote, the album's id in it or "" if it has none; else None.
        extra: what else the source says, by name.
        lists: those that the album is on.
        url: where the image is fetched from if nothing is at the path; None for a file of the user's own.
        data: the image itself, which is to be kept at the path, empty once it is; None if it is no image of a table.
        vector: (d,) float16, L2-normalised, made elsewhere; None if the source has none of it.
        stored: whether Sleeve wrote the file at the path, or is about to.
        instead: what to take if the file is not a cover, the best first.
        otherwise: what to offer if its source turns out to have no picture.
        row: the table and its line that say this, as people read it; empty if no table does.
    """

    file: str
    path: Path
    label_source: LabelSource
    genres: tuple[str, ...] = ()
    artist: str | None = None
    title: str | None = None
    year: int | None = None
    side: Side = Side.FRONT
    group: str | None = None
    exported: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[ListName, ...] = ()
    url: str | None = None
    data: bytes | None = field(default=None, repr=False, compare=False)
    vector: NDArray[np.float16] | None = field(default=None, repr=False, compare=False)
    stored: bool = False
    instead: tuple["Candidate", ...] = ()
    row: str = field(default="", compare=False)
    otherwise: ListRow | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A file, or a manifest's row, that cannot become a cover."""

    file: str
    path: str
    reason: Rejection
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """Files that a source met and that are not offered as covers.

    Attributes:
        place: the absolute path of the folder, archive or table that they are in.
        kind: what they are, in words that a person reads ("hidden files").
    """

    place: str
    kind: str
    files: int = 1


@dataclass(frozen=True, slots=True)
class Guess:
    """What a source took for granted and could be wrong about, as a sentence for a person."""

    text: str


Offered = CoverFile | RejectedFile
"""A file as a source offers it."""


Found = CoverFile | RejectedFile | ListRow | OtherFiles | Guess
"""All that a source says."""


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that was read, hashed and, unless its hash is known for its path, decoded without fault.

    Attributes:
        version: the mark of the object with these bytes; None outside of object storage.
    """

    cover_file: CoverFile
    content_hash: ContentHash
    version: str | None = None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """How one file ended.

    Attributes:
        corrected: of a cover that was known, what its source says otherwise than before: artist, album, year or genre.
    """

    file: str
    path: str
    outcome: Outcome
    reason: Rejection | None = None
    detail: str = ""
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadedCover:
    """An image that is to be kept for an album.

    Attributes:
        file: the name that its sender gave it, or its URL.
        path: where its bytes are to be, unless something else is there.
        vector: (d,) float16, L2-normalised; None if ``sleeve index`` is to make it.
        extra: what else is known of it, by name.
    """

    side: Side
    file: str
    path: Path
    content_hash: ContentHash
    vector: NDArray[np.float16] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
