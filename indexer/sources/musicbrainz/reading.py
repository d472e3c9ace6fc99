"""JSON of the web service and the archive → records. What is not as documented is left out, never trusted."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from db.barcodes import barcode_in
from db.records import MAX_NAME_CHARACTERS
from indexer.sources.musicbrainz.records import Hit, ListedImage, Mbid, Release, ReleaseGroup
from indexer.sources.names import clean
from sleeve.vocabulary import Side

MAX_TAGS = 200
MAX_RELEASES = 100
MAX_IMAGES = 200
MAX_CREDITED = 50
"""How many of each are read of one answer."""

_YEAR = re.compile(r"([12][0-9]{3})(-|$)")
_SCORE = re.compile(r"[0-9]{1,3}")
_IMAGE_ID = re.compile(r"[0-9]{1,20}")


def mbid(value: object) -> Mbid | None:
    """An identifier in its one spelling; None if it is none."""
    try:
        return Mbid(str(UUID(value))) if isinstance(value, str) else None
    except ValueError:
        return None


def release_groups(found: Mapping[str, Any]) -> tuple[list[ReleaseGroup], int]:
    """The release groups on one page of a search (``count``) or browse (``release-group-count``), and how many there
    are on all pages."""
    total = found.get("count", found.get("release-group-count", 0))
    groups = (release_group(item) for item in _objects(found, "release-groups"))
    return [group for group in groups if group is not None], total if isinstance(total, int) else 0


def release_group(item: Mapping[str, Any]) -> ReleaseGroup | None:
    """One release group; None if it lacks its id, title or artist."""
    group_id, title = mbid(item.get("id")), _text(item.get("title"))
    artist = _text("".join(_credit(item)))
    if group_id is None or title is None or artist is None:
        return None
    year = _YEAR.match(str(item.get("first-release-date") or ""))
    return ReleaseGroup(group_id, title, artist, int(year[1]) if year else None, _tags(item))


def hits(found: Mapping[str, Any]) -> list[Hit]:
    """The release groups that a search found, with their scores."""
    read = []
    for item in _objects(found, "release-groups"):
        group, score = release_group(item), str(item.get("score"))
        if group is not None and _SCORE.fullmatch(score):
            read.append(Hit(group, int(score), item.get("primary-type") == "Album"))
    return read


def collected(found: Mapping[str, Any]) -> str:
    """What a collection holds: ``release``, ``release-group`` or something else."""
    return str(found.get("entity-type")).replace("_", "-")


def groups_of_releases(found: Mapping[str, Any]) -> tuple[list[Mbid], int, int]:
    """The release groups of the releases on one page of a browse, how many releases those are, and how many are on
    all pages."""
    items = _objects(found, "releases")
    total = found.get("release-count", 0)
    groups = (mbid(item["release-group"].get("id")) for item in items if isinstance(item.get("release-group"), dict))
    return [group for group in groups if group is not None], len(items), total if isinstance(total, int) else 0


def releases(found: Mapping[str, Any]) -> list[Release]:
    """The releases of a browse that may have art."""
    read = []
    for item in _objects(found, "releases", MAX_RELEASES):
        release_id = mbid(item.get("id"))
        art = item.get("cover-art-archive")
        if release_id is None or not isinstance(art, dict) or art.get("darkened") is True:
            continue
        sides = frozenset(side for side in Side if art.get(side.value) is True)
        date, barcode = str(item.get("date") or "")[:10], barcode_in(str(item.get("barcode") or ""))
        read.append(Release(release_id, item.get("status") == "Official", date, sides, barcode))
    return read


def images(found: Mapping[str, Any]) -> list[ListedImage]:
    """The images of a release, as the archive lists them."""
    read = []
    for item in _objects(found, "images", MAX_IMAGES):
        image_id = str(item.get("id", ""))
        types = item.get("types")
        if not _IMAGE_ID.fullmatch(image_id) or not isinstance(types, list):
            continue
        named = frozenset(name for name in types if isinstance(name, str))
        read.append(ListedImage(image_id, str(item.get("image") or ""), named, item.get("approved") is True))
    return read


def _credit(item: Mapping[str, Any]) -> Iterator[str]:
    """The artists as the cover names them: names and what joins them."""
    for credited in _objects(item, "artist-credit", MAX_CREDITED):
        for part in ("name", "joinphrase"):
            value = credited.get(part)
            if isinstance(value, str):
                yield value


def _tags(item: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Genres and tags together: every genre is a tag, and a search gives tags only."""
    votes: dict[str, int] = {}
    for tag in (*_objects(item, "genres", MAX_TAGS), *_objects(item, "tags", MAX_TAGS)):
        name, count = _text(tag.get("name")), tag.get("count")
        if name is not None and isinstance(count, int) and count > 0:
            votes[name.casefold()] = max(count, votes.get(name.casefold(), 0))
    return tuple(sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])))


def _objects(item: Mapping[str, Any], name: str, at_most: int = 1000) -> list[dict[str, Any]]:
    found = item.get(name)
    return [entry for entry in found[:at_most] if isinstance(entry, dict)] if isinstance(found, list) else []


def _text(value: object) -> str | None:
    """A name as any database can hold it: printable, trimmed, cut; None when nothing is left."""
    return clean(value[: 4 * MAX_NAME_CHARACTERS]) if isinstance(value, str) else None
