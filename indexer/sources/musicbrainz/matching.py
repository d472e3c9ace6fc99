"""Which release group of a search is an album of the catalogue, if one is beyond doubt."""

from collections.abc import Sequence

from db.incomplete import IncompleteAlbum
from indexer.sources.musicbrainz.records import Hit, ReleaseGroup
from indexer.sources.names import same_name

MIN_SCORE = 90
"""What the service itself thinks of a hit, of 100."""


def match(album: IncompleteAlbum, hits: Sequence[Hit]) -> ReleaseGroup | str:
    """The release group, or why none is it.

    Of several with these names it is the one of the album's year, or the only one that is an album and no single.
    """
    artist, title = album.artist or "", album.title or ""
    named = [hit for hit in hits if same_name(hit.group.artist, artist) and same_name(hit.group.title, title)]
    sure = [hit for hit in named if hit.score >= MIN_SCORE]
    if not sure:
        return "MusicBrainz finds no album of these names"
    ranks = [(album.year is not None and hit.group.year == album.year, hit.is_album) for hit in sure]
    best = [hit.group for hit, rank in zip(sure, ranks, strict=True) if rank == max(ranks)]
    return best[0] if len(best) == 1 else f"MusicBrainz has {len(best)} albums of these names"
