"""What is kept of a release group: its genres, and a cover's origin."""

from collections.abc import Set

from db import release_groups
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.records import ReleaseGroup

MAX_GENRES = 5
"""Genres that an album is given, the most voted ones."""

SOURCE = "cover art archive"


def genres_of(group: ReleaseGroup, known: Set[str]) -> tuple[str, ...]:
    """The group's tags that are genres, the most voted first."""
    return tuple(name for name, _ in group.tags if name in known)[:MAX_GENRES]


def origin_of(group: ReleaseGroup, found: FoundCover) -> dict[str, str]:
    """What a cover's ``extra`` says about where it comes from."""
    origin = {release_groups.KEY: str(group.id), "source": SOURCE}
    of_release = {"musicbrainz_albumid": found.release, "barcode": found.barcode}
    return origin | {name: value for name, value in of_release.items() if value is not None}
