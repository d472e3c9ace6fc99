"""An album with problems → the larger picture of the same artwork, and the files that are to get it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from indexer.artwork import equal_as_they_are, is_recognised, is_whole_scan, recognise
from indexer.care.album_art import AlbumArt, Shown, picture_at
from indexer.care.fetching import Fetched
from indexer.care.problems import folder_of, is_faulty, is_oblong, show_same
from indexer.images.decoding import decode, is_plain_jpeg, read, size_px
from indexer.sources.cover_art import CoverArt
from indexer.sources.file_names import absolute
from indexer.sources.track_albums import TrackAlbum
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import ContentHash

COVER_NAME = "cover.jpg"

MAX_SIDE_PX = 3000
MAX_COVER_BYTES = 8 * 2**20
"""Of a picture that is taken as it is; a larger one is scaled down: every track gets a copy."""

_QUALITY = 92

_MOST_HEADERS, _MOST_COMPARED = 500, 30
"""Pictures around an album whose sizes are read, and those of them that are compared with its cover, largest first."""


@dataclass(frozen=True, slots=True)
class CoverChange:
    """A file and the picture that it is to get.

    Attributes:
        file: a cover file, or a track; absolute. If something cannot be mended, the folder of the album.
        is_track: whether it is a track.
        before_px: the size of the picture that it has; None without one, or if that cannot be used.
        before: the SHA-256 of that picture; None without one.
        source: the picture, absolute; None if nothing is to be done.
        source_hash: the SHA-256 of its bytes; None without a source.
        url: of a source that was fetched; its file is gone after the run.
        size_px: its size as it is written.
        note: why the file is not changed; empty if it is.
    """

    file: Path
    is_track: bool = False
    before_px: tuple[int, int] | None = None
    before: ContentHash | None = None
    source: Path | None = None
    source_hash: ContentHash | None = None
    size_px: tuple[int, int] | None = None
    url: str | None = None
    note: str = ""


def nothing_fetched(_album: TrackAlbum) -> Fetched:
    """What asks no service."""
    return Fetched()


def remedy(
    art: AlbumArt,
    around: CoverArt,
    *,
    is_foreign: bool = False,
    fetch: Callable[[TrackAlbum], Fetched] = nothing_fetched,
) -> list[CoverChange]:
    """What would mend an album's art: its cover file and the pictures in its tracks, as far as they are missing, too
    small, not square, damaged or of another album. What cannot be mended has a note.

    Args:
        around: the pictures around it.
        is_foreign: whether its front is another album's art.
        fetch: asks web services for its front; only called if something is to be mended.

    Raises:
        SourceError: they do not answer.
    """
    wrong = art.front if is_foreign else None
    shown = _reference(art.pictures, wrong)
    targets = [] if shown is None else list(_targets(art, shown, wrong))
    if shown is not None and not targets:
        return []
    fetched = fetch(art.album)
    if shown is None:
        shown = _reference(fetched.pictures, wrong)
        if shown is None:
            why = "no picture of it shows its own artwork" if wrong else "there is no picture to begin with"
            return [CoverChange(folder_of(art), note="; ".join((why, *fetched.notes)))]
        targets = list(_targets(art, shown, wrong))
    best = _largest(shown, [absolute(path) for path in around.near()], (*art.pictures, *fetched.pictures))
    changes = [_change(target, best) for target in targets]
    notes = dict.fromkeys(change.note for change in changes if change.note)
    return [
        *(change for change in changes if not change.note),
        *(CoverChange(folder_of(art), note=note) for note in notes),
    ]


def as_cover(data: bytes) -> bytes:
    """The bytes of a picture as a JPEG that every player shows: as they are if they are one of a fitting size.

    Raises:
        FileRejectedError: they are no picture that Sleeve can use.
    """
    if len(data) <= MAX_COVER_BYTES and is_plain_jpeg(data) and max(size_px(data)) <= MAX_SIDE_PX:
        return data
    picture, made = decode(data), BytesIO()
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.LANCZOS)
    picture.save(made, "JPEG", quality=_QUALITY, subsampling=0)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class _Target:
    """A file that is to get a picture, and the picture that it has; a note says why it cannot."""

    file: Path
    is_track: bool
    has: Shown | None = None
    is_foreign: bool = False
    note: str = ""


def _reference(pictures: Sequence[Shown], wrong: Shown | None) -> Shown | None:
    """The picture whose artwork is the album's."""
    usable = (shown for shown in pictures if shown.sketch is not None)
    return next((shown for shown in usable if wrong is None or not show_same(wrong, shown)), None)


def _targets(art: AlbumArt, reference: Shown, wrong: Shown | None) -> Iterator[_Target]:
    def is_wrong(shown: Shown) -> bool:
        return wrong is not None and shown.sketch is not None and show_same(wrong, shown)

    if art.folder is not None:
        cover = art.files[0] if art.own_files else None
        if cover is None or is_faulty(cover) or is_wrong(cover):
            file = _cover_file(art)
            has = next((shown for shown in art.files if shown.path == file), None)
            is_foreign = cover is not None and is_wrong(cover)
            yield _Target(file, False, has or (None if is_foreign else cover), is_foreign)
    for track in art.bare:
        yield _Target(track, True)
    for shown in art.inside:
        if shown.sketch is not None and not is_wrong(shown) and not show_same(reference, shown):
            note = "its tracks show another artwork than its cover"
            yield from (_Target(track, True, shown, note=note) for track in shown.tracks if is_faulty(shown))
        elif is_faulty(shown) or is_wrong(shown):
            yield from (_Target(track, True, shown, is_wrong(shown)) for track in shown.tracks)


def _cover_file(art: AlbumArt) -> Path:
    """The cover file that is there, whatever the case of its name; else a new one."""
    assert art.folder is not None
    own = [shown.path for shown in art.files[: art.own_files]]
    there = (path for path in own if path.parent == art.folder and path.name.lower() == COVER_NAME)
    return next(there, art.folder / COVER_NAME)


def _largest(reference: Shown, near: Sequence[Path], known: Sequence[Shown]) -> Shown:
    """The largest picture of the same artwork that may be a cover; the reference if there is none larger."""
    paths = dict.fromkeys([*(shown.path for shown in known), *near[:_MOST_HEADERS]])
    sizes = [(size, path) for path in paths if (size := _size_of(path)) is not None and _is_better(size, reference)]
    sizes.sort(key=lambda one: (not is_oblong(one[0]), min(one[0])), reverse=True)
    for _, path in sizes[:_MOST_COMPARED]:
        shown = picture_at(path)
        if shown.sketch is not None and _is_copy(reference, shown):
            return next((one for one in known if one.path == path), shown)
    return reference


def _is_copy(reference: Shown, other: Shown) -> bool:
    """Whether all of one picture is all of the other, and not a detail of it or a page around it."""
    assert reference.sketch is not None
    assert other.sketch is not None
    if equal_as_they_are(reference.sketch, other.sketch):
        return True
    found = recognise(reference.sketch, other.sketch)
    return found is not None and is_recognised(found) and is_whole_scan(found.cells, found.corners)


def _is_better(size: tuple[int, int], has: Shown | None) -> bool:
    """Whether a picture of this size is a better cover than another one."""
    if has is None or has.size_px is None:
        return True
    if is_oblong(size) and not is_oblong(has.size_px):
        return False
    larger = min(size) > min(has.size_px)
    return larger or (min(size) == min(has.size_px) and is_oblong(has.size_px) and not is_oblong(size))


def _size_of(path: Path) -> tuple[int, int] | None:
    try:
        return size_px(read(path))
    except FileRejectedError:
        return None


def _change(target: _Target, best: Shown) -> CoverChange:
    has, note = target.has, target.note
    if not note and not target.is_foreign and not _is_better(best.size_px or (0, 0), has):
        note = "no larger picture of the same artwork was found"
    return CoverChange(
        target.file,
        target.is_track,
        before_px=has.size_px if has else None,
        before=has.content_hash if has and (target.is_track or has.path == target.file) else None,
        source=best.path,
        source_hash=best.content_hash,
        size_px=best.size_px and _written_px(best.size_px),
        url=best.url,
        note=note,
    )


def _written_px(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1, MAX_SIDE_PX / max(size))
    return round(size[0] * scale), round(size[1] * scale)
