"""What sources say of covers: written, looked up, compared with what they say of the covers of an album."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from db.identity import EXPORTED, Said, Word, hashed, same_album, word_of
from db.records import CoverFile, fold
from db.tables import Album, Cover, Statement
from sleeve.vocabulary import LabelSource

WHOLE = (selectinload(Album.covers).selectinload(Cover.statements), selectinload(Album.labels))
"""What is loaded with an album to tell what follows from its statements."""

_ASKED_AT_ONCE = 4096


def word(statement: Statement) -> Word:
    """A statement as it is compared."""
    extra = statement.extra or {}
    return word_of(statement.artist, statement.title, statement.year, statement.group, extra)


def keys(statement: Statement) -> set[str]:
    """By what albums are found that the statement may be about."""
    return {key for key in (statement.group, statement.outside_id, statement.names) if key}


def claims(cover: Cover) -> dict[str, Said]:
    """What is said of a cover, by path: its own, and those of its copies."""
    found: dict[str, dict[LabelSource, Word]] = {cover.path: {}}
    for statement in cover.statements:
        found.setdefault(statement.path, {})[LabelSource(statement.source)] = word(statement)
    return dict(found)


def claims_at_own_path(cover: Cover) -> Said:
    """What is said of a cover, but not of its copies."""
    return {LabelSource(one.source): word(one) for one in cover.statements if one.path == cover.path}


def fits(said: Said, covers: Iterable[Cover]) -> bool | None:
    """Whether a cover of which this is said is of the album that has these covers; None if nothing says so.

    Nothing that anybody stated may differ, but for covers that a person put together: they may differ from each other.
    """
    # Of thousands of copies the same is said, or nothing.
    different = {
        (cover.held, frozenset(of_path.items())): of_path for cover in covers for of_path in claims(cover).values()
    }
    verdicts = [(held, same_album(said, of_path)) for (held, _), of_path in different.items()]
    agrees = any(verdict for _, verdict in verdicts)
    joined_by_hand = any(verdict and held for held, verdict in verdicts)
    if any(verdict is False and not (held and joined_by_hand) for held, verdict in verdicts):
        return False
    return True if agrees else None


def albums_by_key(session: Session, wanted: Iterable[str]) -> dict[str, list[Cover]]:
    """The covers that a statement with one of these keys is about, whole with their albums."""
    asked = sorted(set(wanted))
    found: dict[str, list[Cover]] = defaultdict(list)
    album_ids: set[int] = set()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[start : start + _ASKED_AT_ONCE]
        columns = (Statement.group, Statement.outside_id, Statement.names)
        query = select(Cover.album_id).join(Statement, Statement.cover_id == Cover.id)
        album_ids.update(session.scalars(query.where(or_(*(column.in_(some) for column in columns)))))
    for album in load(session, sorted(album_ids)):
        for cover in album.covers:
            for key in {key for statement in cover.statements for key in keys(statement)}:
                found[key].append(cover)
    return found


def load(session: Session, album_ids: Sequence[int]) -> list[Album]:
    """Albums, whole, by ascending id."""
    found: list[Album] = []
    for start in range(0, len(album_ids), _ASKED_AT_ONCE):
        query = select(Album).where(Album.id.in_(album_ids[start : start + _ASKED_AT_ONCE]))
        found += session.scalars(query.options(*WHOLE).order_by(Album.id))
    return found


def said_by(cover: Cover, source: LabelSource) -> Statement:
    """What a source says of a cover at its own path; a new statement says nothing yet."""
    said = next((one for one in cover.statements if (one.path, one.source) == (cover.path, source)), None)
    if said is None:
        said = Statement(path=cover.path, source=source)
        cover.statements.append(said)
    return said


def spoken(session: Session, covers: Sequence[Cover]) -> None:
    """Load what is said of which album these covers are of; of covers with thousands of copies, no genres of those."""
    found: dict[int, list[Statement]] = {cover.id: [] for cover in covers}
    says = [column.is_not(None) for column in (Statement.artist, Statement.title, Statement.year)]
    says += [column.is_not(None) for column in (Statement.group, Statement.outside_id)]
    query = select(Statement).join(Cover).where(or_(Statement.path == Cover.path, *says))
    for statement in session.scalars(query.where(Cover.id.in_(found))):
        found[statement.cover_id].append(statement)
    for cover in covers:
        set_committed_value(cover, "statements", found[cover.id])


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
        exported=None,
    )
    same_side = found.side == cover.side
    return None if same_side and not (artist or title or found.year or found.genres or found.extra) else found


def find_by(statement: Statement) -> None:
    """Note by what albums are found, after the statement was changed."""
    said = word(statement)
    statement.names, statement.outside_id = said.names, said.outside_id


def _content(statement: Statement) -> tuple[object, ...]:
    names = (statement.artist, statement.title, statement.year, statement.side, statement.group)
    return (*names, tuple(statement.genres or ()), dict(statement.extra or {}))
