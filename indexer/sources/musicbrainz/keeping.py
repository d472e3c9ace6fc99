"""What is kept of a release group: its genres, and a cover's place and origin."""

from collections.abc import Set
from hashlib import sha256
from pathlib import Path

from db import release_groups
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import sniff
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.records import ReleaseGroup
from sleeve.vocabulary import ContentHash

MAX_GENRES = 5
"""Genres that an album is given, the most voted ones."""

SOURCE = "cover art archive"


def genres_of(group: ReleaseGroup, known: Set[str]) -> tuple[str, ...]:
    """The group's tags that are genres, the most voted first."""
    return tuple(name for name, _ in group.tags if name in known)[:MAX_GENRES]


def content_hash_of(found: FoundCover) -> ContentHash:
    """SHA-256 of the image."""
    return ContentHash(sha256(found.data).hexdigest())


def place_of(store: CoverStore, group: ReleaseGroup, found: FoundCover) -> Path:
    """Where an image is kept: two albums may have the same art, but a path has one cover."""
    plain = store.path(content_hash_of(found), sniff(found.data))
    return plain.with_stem(f"{plain.stem}-{group.id}-{found.side}")


def origin_of(group: ReleaseGroup, found: FoundCover) -> dict[str, str]:
    """What a cover's ``extra`` says about where it comes from."""
    origin = {release_groups.KEY: str(group.id), "source": SOURCE}
    return origin if found.release is None else {**origin, "musicbrainz_albumid": found.release}
