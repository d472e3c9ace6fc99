"""``sleeve covers``: what is wrong with the art of a music library's albums, and what would mend it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from db.letters import letters
from db.records import RejectedFile
from indexer.care import (
    CoverChange,
    Fetched,
    Fingerprint,
    Foreign,
    Problem,
    albums_with_one_art,
    fingerprint_of,
    foreign_art,
    has_other_artwork,
    look,
    nothing_fetched,
    problems_of,
    remedy,
)
from indexer.home import Home
from indexer.images.decoding import decode, read
from indexer.images.pending import in_order
from indexer.progress import Progress
from indexer.reading import SIDE_PX
from indexer.sources.file_names import absolute
from indexer.sources.music import MusicSource
from indexer.sources.track_albums import TrackAlbum
from sleeve.errors import FileRejectedError

_AHEAD_PER_THREAD = 2
"""Albums in memory for each thread."""


@dataclass(frozen=True, slots=True)
class CheckedAlbum:
    """An album whose art something is wrong with.

    Attributes:
        changes: what would mend it; empty if that was not asked for.
    """

    artist: str | None
    title: str | None
    folder: Path
    problems: tuple[Problem, ...]
    changes: tuple[CoverChange, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverReport:
    """What was found.

    Attributes:
        albums: how many were looked at.
        wrong: those with problems, in the order of the library.
        rejected: tracks and folders that cannot be read.
    """

    albums: int
    wrong: tuple[CheckedAlbum, ...]
    rejected: tuple[RejectedFile, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    album: TrackAlbum
    problems: Sequence[Problem]
    fingerprint: Fingerprint | None


def check_covers(
    home: Home,
    progress: Progress,
    library: MusicSource,
    *,
    mend: bool = False,
    fetch: Callable[[TrackAlbum], Fetched] = nothing_fetched,
) -> CoverReport:
    """Look at the art of every album of a library. Nothing is changed.

    Args:
        mend: whether to look for what would mend it.
        fetch: asks web services for the front of an album that is to be mended.

    Raises:
        SourceError: they do not answer.
        ReaderError: two albums have one art, and what reads the words on it is missing or damaged.
    """
    albums = library.albums()
    progress.start("Looking at covers", len(albums))
    looked: list[_Looked] = []
    with ThreadPoolExecutor(home.threads, thread_name_prefix="look") as pool:
        for found in in_order(pool, albums, partial(_looked, library), _AHEAD_PER_THREAD * home.threads):
            looked.append(found)
            progress.advance(1)
        foreign = _foreign(home, looked)
        wrong = [(one, foreign.get(number)) for number, one in enumerate(looked) if one.problems or number in foreign]
        progress.start("Looking for better pictures" if mend else "Listing what is wrong", len(wrong))
        checked = []
        check = partial(_checked, library, mend=mend, fetch=fetch)
        for album in in_order(pool, wrong, check, _AHEAD_PER_THREAD * home.threads):
            checked.append(album)
            progress.advance(1)
    return CoverReport(len(albums), tuple(checked), tuple(library.rejected()))


def _looked(library: MusicSource, album: TrackAlbum) -> _Looked:
    art = look(library, album)
    return _Looked(album, problems_of(art), fingerprint_of(art, has_other_artwork(art)))


def _foreign(home: Home, looked: Sequence[_Looked]) -> dict[int, Foreign]:
    """For the places of albums with another one's art, or one art: which album that is."""
    places = [place for place, one in enumerate(looked) if one.fingerprint is not None]
    fronts = [one.fingerprint for one in looked if one.fingerprint is not None]
    found: dict[int, Foreign] = {}
    for pair in albums_with_one_art(fronts):
        said = foreign_art(fronts[pair[0]], fronts[pair[1]], partial(_letters_on, home))
        for place, foreign in zip(pair, said, strict=True):
            known = found.get(places[place])
            if foreign is not None and (known is None or not known.is_sure):
                found[places[place]] = foreign
    return found


def _letters_on(home: Home, path: Path) -> str:
    """The letters of what a picture says; none if it is gone."""
    try:
        picture = decode(read(path), reduce_to_px=SIDE_PX)
    except FileRejectedError:
        return ""
    return "".join(letters(line.text) for line in home.reader().read(picture))


def _checked(
    library: MusicSource,
    one: tuple[_Looked, Foreign | None],
    *,
    mend: bool,
    fetch: Callable[[TrackAlbum], Fetched],
) -> CheckedAlbum:
    looked, foreign = one
    album = looked.album
    folder = absolute(album.art_folders[0] if album.art_folders else album.folder)
    problems, changes = looked.problems, []
    if mend or foreign is not None:
        art = look(library, album)
        problems = problems_of(art, foreign)
        if mend:
            is_foreign = foreign is not None and foreign.is_sure
            changes = remedy(art, library.around(album), is_foreign=is_foreign, fetch=fetch)
    return CheckedAlbum(album.artist, album.title, folder, tuple(problems), tuple(changes))
