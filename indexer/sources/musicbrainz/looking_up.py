"""An album of the catalogue → its release group: by an id, by names, or by what is printed on its front."""

from collections.abc import Callable, Set
from dataclasses import dataclass

from db.incomplete import Additions, IncompleteAlbum
from db.records import HashedCover
from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.keeping import genres_of, origin_of
from indexer.sources.musicbrainz.matching import match
from indexer.sources.musicbrainz.printed import COMPARED_PICTURES, asked_words, printed_on, sure_match
from indexer.sources.musicbrainz.records import ReleaseGroup
from indexer.sources.musicbrainz.services import Services
from indexer.sources.web_services.filling import FoundPicture, NoCover
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Fact, LabelSource, Side


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A release group that is an album of the catalogue."""

    group: ReleaseGroup
    says: Additions
    services: Services

    @property
    def id(self) -> str:
        """The group's."""
        return self.group.id

    def may_show(self, _side: Side) -> bool:
        """Always: only the archive knows."""
        return True

    def cover(self, side: Side) -> FoundPicture | NoCover:
        """The archive's cover of a side; see ``KnownAlbum``."""
        found = self.services.archive.cover(self.group, side)
        return (
            found if isinstance(found, NoCover) else FoundPicture(found.url, found.data, origin_of(self.group, found))
        )


class GroupFinder:
    """Knows albums as MusicBrainz and the Cover Art Archive do.

    Args:
        show_one_artwork: whether the bytes of an image show the artwork of a cover.
    """

    source = LabelSource.MUSICBRAINZ
    facts: Set[Fact] = frozenset(Fact)

    def __init__(self, services: Services, show_one_artwork: Callable[[bytes, HashedCover], bool]) -> None:
        self._services = services
        self._show_one_artwork = show_one_artwork
        self._genres = services.musicbrainz.genres()

    def look_up(self, album: IncompleteAlbum, *, dry_run: bool) -> KnownGroup | str:
        """The album's release group, or why it is not found; a dry run does not ask the archive.

        Raises:
            SourceError: a service does not answer.
        """
        group = self._group(album, dry_run=dry_run)
        if isinstance(group, str):
            return group
        says = Additions(group.artist, group.title, genres_of(group, self._genres), group.year)
        return KnownGroup(group, says, self._services)

    def forget(self, url: str) -> None:
        """Keep the answer to this URL no longer."""
        self._services.client.forget(url)

    def _group(self, album: IncompleteAlbum, *, dry_run: bool) -> ReleaseGroup | str:
        group_id = reading.mbid(album.group_id)
        if group_id is not None:
            return self._services.musicbrainz.release_group(group_id) or f"MusicBrainz does not know the id {group_id}"
        if album.artist and album.title:
            return match(album, self._services.musicbrainz.hits(album.artist, album.title))
        return self._by_text(album, dry_run=dry_run)

    def _by_text(self, album: IncompleteAlbum, *, dry_run: bool) -> ReleaseGroup | str:
        words = asked_words(album.lines)
        if not words:
            return "it has no names to look for, and its front says no words"
        hits = self._services.musicbrainz.hits_by_words(words, album.artist, album.title)
        found = printed_on(album, hits)
        group = sure_match(found)
        if group is not None:
            return group
        if not found:
            return "MusicBrainz finds no album whose artist or title is printed on its front"
        if dry_run:
            return "only its picture can tell, and a dry run does not ask the archive"
        shown = (one.group for one in found[:COMPARED_PICTURES] if self._shows_front(one.group, album.front))
        return next(shown, "neither the words on its front nor the picture tell which album it is")

    def _shows_front(self, group: ReleaseGroup, own: HashedCover | None) -> bool:
        try:
            front = self._services.archive.cover(group, Side.FRONT)
        except FileRejectedError:
            return False
        return own is not None and isinstance(front, FoundCover) and self._show_one_artwork(front.data, own)
