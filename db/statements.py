"""What sources say of covers: written, looked up, compared with what they say of the covers of an album."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from db.barcodes import barcode_of
from db.identity import EXPORTED, TRUST, Said, Word, hashed, outside_ids, same_album, word_of
from db.records import CoverFile, OutsideIds, fold
from db.tables import Album, Cover, Entry, Statement
from sleeve.vocabulary import AlbumId, LabelSource

WHOLE = (
    selectinload(Album.covers).selectinload(Cover.statements),
    selectinload(Album.entries).selectinload(Entry.statements),
    selectinload(Album.labels),
    selectinload(Album.lists),
)
"""What is loaded with an album to tell what follows from its statements."""

_ASKED_AT_ONCE = 4096


def word(statement: Statement) -> Word:
    """A statement as it is compared."""
    extra = statement.extra or {}
    return word_of(statement.artist, statement.title, statement.year, statement.group, extra)


def keys(statement: Statement) -> set[str]:
    """By what albums are found that the statement may be about."""
    return {key for key in (statement.group, statement.outside_id, statement.names) if key}


Member = Cover | Entry
"""What statements are about: a cover, or an entry in a list."""


def claims(member: Member) -> dict[str, Said]:
    """What is said of a cover or an entry, by path: its own, and those of a cover's copies."""
    found: dict[str, dict[LabelSource, Word]] = {member.path: {}}
    for statement in member.statements:
        found.setdefault(statement.path, {})[LabelSource(statement.source)] = word(statement)
    return dict(found)


def claims_at_own_path(cover: Cover) -> Said:
    """What is said of a cover, but not of its copies."""
    return {LabelSource(one.source): word(one) for one in cover.statements if one.path == cover.path}


def fits(said: Said, members: Iterable[Member]) -> bool | None:
    """Whether a cover or entry of which this is said is of the album that has these; None if nothing says so.

    Nothing that anybody stated may differ, but for those that a person put together: they may differ from each other.
    """
    # Of thousands of copies the same is said, or nothing.
    different = {
        (member.held, frozenset(of_path.items())): of_path for member in members for of_path in claims(member).values()
    }
    verdicts = [(held, same_album(said, of_path)) for (held, _), of_path in different.items()]
    agrees = any(verdict for _, verdict in verdicts)
    joined_by_hand = any(verdict and held for held, verdict in verdicts)
    if any(verdict is False and not (held and joined_by_hand) for held, verdict in verdicts):
        return False
    return True if agrees else None


def albums_by_key(session: Session, wanted: Iterable[str]) -> dict[str, list[Member]]:
    """The covers and entries that a statement with one of these keys is about, whole with their albums."""
    asked = sorted(set(wanted))
    found: dict[str, list[Member]] = defaultdict(list)
    album_ids: set[int] = set()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[start : start + _ASKED_AT_ONCE]
        columns = (Statement.group, Statement.outside_id, Statement.names)
        said = or_(*(column.in_(some) for column in columns))
        for query in (
            select(Cover.album_id).join(Statement, Statement.cover_id == Cover.id),
            select(Entry.album_id).join(Statement, Statement.entry_id == Entry.id),
        ):
            album_ids.update(session.scalars(query.where(said)))
    for album in load(session, sorted(album_ids)):
        for member in album.members:
            for key in {key for statement in member.statements for key in keys(statement)}:
                found[key].append(member)
    return found


def albums_with_barcode(session: Session, barcode: str) -> list[AlbumId]:
    """The albums of a pressing with this barcode, by ascending id.

    Args:
        barcode: its 13 digits.
    """
    found: set[int] = set()
    for query in (
        select(Cover.album_id).join(Statement, Statement.cover_id == Cover.id),
        select(Entry.album_id).join(Statement, Statement.entry_id == Entry.id),
    ):
        found.update(session.scalars(query.where(Statement.barcode == barcode)))
    return [AlbumId(album_id) for album_id in sorted(found)]


def ids_of_album(session: Session, album_id: AlbumId) -> OutsideIds:
    """What other catalogues call an album, as its sources say, the most trusted one first."""
    said: list[Row[str, dict[str, str] | None]] = []
    for member, key in ((Cover, Statement.cover_id), (Entry, Statement.entry_id)):
        query = select(Statement.source, Statement.extra).join(member, member.id == key)
        said += session.execute(query.where(member.album_id == album_id).order_by(member.id)).all()
    said.sort(key=lambda one: TRUST.index(LabelSource(one.source)))
    return outside_ids(one.extra or {} for one in said)


def load(session: Session, album_ids: Sequence[int]) -> list[Album]:
    """Albums, whole, by ascending id."""
    found: list[Album] = []
    for start in range(0, len(album_ids), _ASKED_AT_ONCE):
        query = select(Album).where(Album.id.in_(album_ids[start : start + _ASKED_AT_ONCE]))
        found += session.scalars(query.options(*WHOLE).order_by(Album.id))
    return found


def said_by(member: Member, source: LabelSource) -> Statement:
    """What a source says of an entry, or of a cover at its own path; a new statement says nothing yet."""
    said = next((one for one in member.statements if (one.path, one.source) == (member.path, source)), None)
    if said is None:
        said = Statement(path=member.path, source=source)
        member.statements.append(said)
    return said


def spoken(session: Session, covers: Sequence[Cover]) -> None:
    """Load what is said of which album these covers are of; of covers with thousands of copies, no genres of those."""
    found: dict[int, list[Statement]] = {cover.id: [] for cover in covers}
    says = [column.is_not(None) for column in (Statement.artist, Statement.title, Statement.year)]
    says += [column.is_not(None) for column in (Statement.group, Statement.outside_id)]
    query = select(Statement).join(Cover).where(or_(Statement.path == Cover.path, *says))
    for statement in session.scalars(query.where(Cover.id.in_(found))):
        found[statement.cover_id or 0].append(statement)
    for cover in covers:
        set_committed_value(cover, "statements", found[cover.id])


def said_of_album(statement: Statement) -> dict[str, object]:
    """What a statement says of an album, by the words that people have for it."""
    return {
        "artist": statement.artist,
        "album": statement.title,
        "year": statement.year,
        "genre": statement.genres,
    }


def follow(statement: Statement, cover_file: CoverFile, *, is_news: bool = False) -> bool:
    """Put what a source says now in place of what it said; returns whether that is something else.

    What it says nothing of any more, an empty cell, takes nothing away.

    Args:
        is_news: it is only what differs from the catalogue (``news``).
    """
    before = _content(statement)
    statement.artist = cover_file.artist or statement.artist
    statement.title = cover_file.title or statement.title
    statement.year = cover_file.year or statement.year
    statement.genres = list(dict.fromkeys(map(fold, cover_file.genres))) or statement.genres
    statement.side = cover_file.side
    exported = {EXPORTED: cover_file.exported} if cover_file.exported else {}
    statement.extra = {**(statement.extra or {} if is_news else {}), **cover_file.extra, **exported} or None
    statement.lists = dict.fromkeys(map(str, cover_file.lists), True) or statement.lists
    if not is_news:
        statement.group = hashed(cover_file.group) if cover_file.group else None
    find_by(statement)
    return before != _content(statement)


def news(cover: Cover, cover_file: CoverFile) -> CoverFile | None:
    """What an exported row says of a cover that is not known already; None if nothing.

    An export that was not changed is the catalogue seen twice, and no source of its own.
    """
    album, genres = cover.album, list(dict.fromkeys(map(fold, cover_file.genres)))
    known_genres = [label.genre.name for label in sorted(cover.album.labels, key=lambda label: label.position)]
    artist, title = (
        None if name is None or name == known else name
        for name, known in ((cover_file.artist, album.artist), (cover_file.title, album.title))
    )
    found = replace(
        cover_file,
        artist=artist,
        title=title,
        year=None if cover_file.year == album.year else cover_file.year,
        genres=() if genres == known_genres else cover_file.genres,
        extra={name: text for name, text in cover_file.extra.items() if cover.extra.get(name) != text},
        lists=tuple(name for name in cover_file.lists if name not in {row.name for row in album.lists}),
        exported=None,
    )
    said = (artist, title, found.year, found.genres, found.extra, found.lists)
    return None if found.side == cover.side and not any(said) else found


def find_by(statement: Statement) -> None:
    """Note by what albums are found, after the statement was changed."""
    said = word(statement)
    statement.names, statement.outside_id = said.names, said.outside_id
    statement.barcode = barcode_of(statement.extra or {})


def _content(statement: Statement) -> tuple[object, ...]:
    names = (statement.artist, statement.title, statement.year, statement.side, statement.group)
    said = (tuple(statement.genres or ()), dict(statement.extra or {}), dict(statement.lists or {}))
    return (*names, *said)
