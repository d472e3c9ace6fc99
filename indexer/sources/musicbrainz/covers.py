"""A release group → the bytes of its front, and of its back, or why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.images.decoding import DEFAULT_LIMITS, PROBE_PX, decode
from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.records import ListedImage, Mbid, Release, ReleaseGroup
from indexer.sources.musicbrainz.web_service import WebService
from indexer.sources.web_services.client import Client
from indexer.sources.web_services.filling import NoCover
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Rejection, Side

SIZE_PX = 500
"""Of the archive's thumbnails (250, 500, 1200): more than any backbone takes, in a tenth of the bytes."""

MAX_RELEASES_TRIED = 3
"""Releases that are asked for a side when the group itself has none."""

_NOT_A_BACK = frozenset({"Front", "Raw/Unedited", "Watermark", "Booklet", "Medium", "Obi"})
"""Types that say that a back is not the back alone: unfolded with the front, a raw scan, marked."""


@dataclass(frozen=True, slots=True)
class FoundCover:
    """An image as it came; ``url`` names it, ``release`` says of which release it is, and ``barcode`` what that has, if
    known."""

    side: Side
    url: str
    data: bytes
    release: Mbid | None = None
    barcode: str | None = None


class CoverArtArchive:
    """The Cover Art Archive, and the list of releases that says where to look in it."""

    def __init__(self, client: Client, service: WebService, base: str) -> None:
        self._client = client
        self._service = service
        self._base = base

    def cover(self, group: ReleaseGroup, side: Side) -> FoundCover | NoCover:
        """The front or back of a group, decoded without fault.

        Raises:
            SourceError: the archive does not answer.
            FileRejectedError: what it answers may not be fetched, or is not a cover that Sleeve can use.
        """
        found = self._front(group) if side is Side.FRONT else self._back(group)
        if isinstance(found, FoundCover):
            decode(found.data, reduce_to_px=PROBE_PX)
        return found

    def _front(self, group: ReleaseGroup) -> FoundCover | NoCover:
        """The front that the archive chose for the group, else the front of a release."""
        found = self._image(Side.FRONT, f"release-group/{group.id}/front-{SIZE_PX}", None)
        if found is not None:
            return found
        for release in self._releases(group, Side.FRONT):
            found = self._image(Side.FRONT, f"release/{release.id}/front-{SIZE_PX}", release)
            if found is not None:
                return found
        return NoCover(Side.FRONT)

    def _back(self, group: ReleaseGroup) -> FoundCover | NoCover:
        """The first back, among the images of the releases, that is approved and shows nothing else."""
        why = ""
        for release in self._releases(group, Side.BACK):
            listed = self._client.json(f"{self._base}/release/{release.id}") or {}
            for image in reading.images(listed):
                if "Back" not in image.types:
                    continue
                why = unsuitable(image)
                path = f"release/{release.id}/{image.id}-{SIZE_PX}"
                found = None if why else self._image(Side.BACK, path, release)
                if found is not None:
                    return found
        return NoCover(Side.BACK, why)

    def _releases(self, group: ReleaseGroup, side: Side) -> Iterator[Release]:
        """Those that are said to have this side: official ones first, then the oldest."""
        having = [release for release in self._service.releases(group.id) if side in release.sides]
        having.sort(key=lambda release: (not release.official, release.date or "9", release.id))
        return iter(having[:MAX_RELEASES_TRIED])

    def _image(self, side: Side, path: str, release: Release | None) -> FoundCover | None:
        url = f"{self._base}/{path}"
        answer = self._client.get(url, DEFAULT_LIMITS.max_bytes)
        if answer.status in {404, 410}:
            return None
        if answer.status != 200:
            raise SourceError(f"{url}: the answer is {answer.status}")
        if not answer.body:
            raise FileRejectedError(Rejection.EMPTY)
        if release is None:
            return FoundCover(side, url, answer.body)
        return FoundCover(side, url, answer.body, release.id, release.barcode)


def unsuitable(image: ListedImage) -> str:
    """Why a back cannot be used; empty if it can."""
    if not image.approved:
        return "the back is not approved yet"
    if image.url.lower().endswith(".pdf"):
        return "the back is a PDF"
    others = sorted(image.types & _NOT_A_BACK)
    return f"the back shows more than a back: {', '.join(others)}" if others else ""
