"""Frozen records of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from db.records import CatalogueFilter, TextLine
from indexer.genre import GenreScore
from sleeve.errors import QueryError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, ListName, WordPlace

MAX_K = 1000
"""The most neighbours one answer holds."""

MAX_RECOMMENDATIONS = 200
"""The most albums that are recommended at once."""

MAX_EXAMPLES = 100
"""The most albums that one query may like, and dislike."""


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """How many albums, and which.

    Attributes:
        min_similarity: of every album; -1 takes all.
        per_artist: the most albums of one artist; None for any number. An album without an artist counts for itself.
    """

    k: int = 10
    allowed: CatalogueFilter = field(default_factory=CatalogueFilter)
    min_similarity: float = -1
    per_artist: int | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A hit: an album by its nearest cover.

    Attributes:
        similarity: cosine of the two vectors, -1 to 1; higher is nearer.
        file, path: as in ``sleeve.vocabulary``; the path is for this process only.
        linked, apart: the other albums that show its artwork, and those of which a person says that they do not.
        lists: those that the album is on.
        same_artwork: its cover shows the artwork of what was asked with, confirmed by their pixels.
        near_duplicate: deprecated. For an image, a similarity at which covers usually show one artwork; for an album,
            ``same_artwork``.
    """

    album_id: AlbumId
    cover_id: CoverId
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    similarity: float
    file: str
    path: str
    content_hash: ContentHash
    linked: frozenset[AlbumId] = frozenset()
    apart: frozenset[AlbumId] = frozenset()
    lists: tuple[ListName, ...] = ()
    same_artwork: bool = False
    near_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class WordMatch:
    """Where an album holds words that were searched for.

    Attributes:
        text: the name, or the line on the cover, as it is written there.
        cover_id, box: of a line on a cover (see ``TextLine``); None for a name.
    """

    place: WordPlace
    text: str
    cover_id: CoverId | None = None
    box: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An image that came with a request, under the name that its sender gave it."""

    name: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Examples:
    """What a person likes and dislikes: albums, images that are liked, texts that say what covers should show more and
    less of.

    Raises:
        QueryError: nothing is liked, or an album is liked and disliked.
    """

    like: tuple[AlbumId, ...] = ()
    dislike: tuple[AlbumId, ...] = ()
    images: tuple[bytes, ...] = ()
    text: str | None = None
    less: str | None = None

    def __post_init__(self) -> None:
        if not self.like and not self.images and self.text is None:
            raise QueryError(
                "name at least one album to like, or say what covers should show; dislikes alone say too little"
            )
        both = sorted(set(self.like) & set(self.dislike))
        if both:
            raise QueryError(f"album {both[0]} is liked and disliked; choose one")

    @property
    def albums(self) -> frozenset[AlbumId]:
        """All albums named; no answer holds them."""
        return frozenset((*self.like, *self.dislike))


@dataclass(frozen=True, slots=True)
class NamedGenres:
    """How likely an image is of genres that a person named, the likeliest first.

    Attributes:
        calibrated_on: covers of the catalogue that have a genre, which say how sure to be; 0 if there are too few.
    """

    bundle: str
    probabilities: Mapping[str, float]
    calibrated_on: int


@dataclass(frozen=True, slots=True)
class RecommendRequest:
    """How many albums, how different from each other (0: by similarity alone, to 1), and which."""

    k: int = 20
    diversity: float = 0.3
    allowed: CatalogueFilter = field(default_factory=CatalogueFilter)


class Found(StrEnum):
    """What a picture is of."""

    ALBUM = "found"
    """An album of the catalogue."""

    PRESSING = "pressing"
    """The artwork of an album of the catalogue, but not quite that cover: another border, sticker or lettering."""

    NOTHING = "absent"
    """No album of the catalogue, as far as can be seen."""


class Match(StrEnum):
    """What a picture is to the catalogue, in words: as ``Found``, but what only looks alike is not the same as
    nothing."""

    SAME_ARTWORK = "same artwork"
    PRESSING = "another pressing or series"
    LOOKS_ALIKE = "looks alike"
    NOT_HERE = "not here"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which album a picture shows, and the evidence.

    Attributes:
        album: the one it shows; None if it shows none, or if no album with its barcode has a cover.
        alike: if it shows none, the album that is as near as copies are, or that says what the picture says.
        runner_up: the next album that shows another artwork, as far as is known.
        words: of what is read in the picture, or came with it, those that ``album`` or ``alike`` says too.
        points: how many points of its cover and of the picture agree on where it is; 0 if the pictures are the same.
        cells: how many of the parts of its cover that can be seen agree pixel by pixel, 0 to 1.
        pressings: other albums that show the same artwork.
        barcode: that was read in the picture and is the album's, if that decides; its cover is not recognised then.
        same_barcode: other albums with that barcode; first those with a cover.
    """

    answer: Found
    album: Neighbour | None = None
    points: int = 0
    cells: float = 0.0
    pressings: tuple[AlbumId, ...] = ()
    alike: Neighbour | None = None
    runner_up: Neighbour | None = None
    words: tuple[str, ...] = ()
    barcode: str | None = None
    same_barcode: tuple[AlbumId, ...] = ()

    @property
    def match(self) -> Match:
        """The verdict in words."""
        if self.answer is not Found.NOTHING:
            return Match.SAME_ARTWORK if self.answer is Found.ALBUM else Match.PRESSING
        return Match.NOT_HERE if self.alike is None else Match.LOOKS_ALIKE

    @property
    def album_ids(self) -> frozenset[AlbumId]:
        """All albums that show the picture's artwork."""
        if self.barcode is not None:
            return frozenset()
        return frozenset(self.pressings if self.album is None else (self.album.album_id, *self.pressings))

    @property
    def apart(self) -> frozenset[AlbumId]:
        """The albums of which a person says that they do not show the artwork of the one that the picture shows."""
        return frozenset() if self.album is None else self.album.apart


Outline = tuple[tuple[float, float], ...]
"""Four corners, x and y as parts of the upright picture's width and height, clockwise from the cover's upper left."""


Size = tuple[int, int]
"""Width and height of an upright picture, px."""


@dataclass(frozen=True, slots=True)
class Sleeve:
    """What is known of a sleeve in a picture.

    Attributes:
        outline: None if all of the picture is a cover.
        cover_size_px: of the cover of the album that it shows or looks like; None without one, if the file is gone, or
            if that was not asked.
    """

    verdict: Verdict
    outline: Outline | None
    cover_size_px: Size | None = None


class _OfFirstSleeve:
    """What an answer about several sleeves says of the first one; None if no picture was asked with."""

    __slots__ = ()
    sleeves: tuple[Sleeve, ...]

    @property
    def verdict(self) -> Verdict | None:
        """On the first sleeve."""
        return self.sleeves[0].verdict if self.sleeves else None

    @property
    def outline(self) -> Outline | None:
        """Of the first sleeve."""
        return self.sleeves[0].outline if self.sleeves else None


@dataclass(frozen=True, slots=True)
class SimilarAnswer(_OfFirstSleeve):
    """Neighbours, nearest first, and what they were found with.

    Attributes:
        sleeves: those seen in a picture, row by row, if one was asked with. The answer is that for the first; the album
            that it shows is the first neighbour.
    """

    bundle: str
    index_version: str
    neighbours: tuple[Neighbour, ...]
    sleeves: tuple[Sleeve, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """What one of many pictures is to the catalogue.

    Attributes:
        size_px: of the picture.
        sleeves: as in ``SimilarAnswer``; at least one.
    """

    bundle: str
    index_version: str
    size_px: Size
    sleeves: tuple[Sleeve, ...]


@dataclass(frozen=True, slots=True)
class ReadText:
    """The lines read on an image, and whether that is all of them: reading may have been given up for time."""

    lines: tuple[TextLine, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class ClassifyAnswer(_OfFirstSleeve):
    """The genres of one cover by falling probability, the neighbours that voted, nearest first, and the text on it.

    Attributes:
        unsure: nothing is likely enough to be an answer.
        index_version: None before the first index; then only the head and the text predict.
        text_is_whole: reading was not given up for time.
        sleeves: as in ``SimilarAnswer``.
    """

    bundle: str
    index_version: str | None
    genres: tuple[GenreScore, ...]
    unsure: bool
    neighbours: tuple[Neighbour, ...]
    text: tuple[TextLine, ...] = ()
    text_is_whole: bool = True
    sleeves: tuple[Sleeve, ...] = ()
