"""What follows from statements: which covers are one album, and what the album is called. ADR 18 has the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import inf

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.cover_links import turn
from db.identity import EXPORTED, TRUST, first, same_album
from db.placeholders import names_nothing, titles_nothing
from db.statements import Member, albums_by_key, claims, fits, keys, load
from db.tables import Album, AlbumGenre, AlbumList, Cover, File, Genre, Statement
from sleeve.vocabulary import LabelSource, ListName

SETTLED_AT_ONCE = 256
"""Albums in one transaction."""


def settle(session: Session, limit: int = SETTLED_AT_ONCE) -> int:
    """Look what follows for albums of which a source has changed its mind; returns how many were waiting, at most
    ``limit``. An album keeps its id with its oldest cover, or with those that a person put in it."""
    waiting = session.scalars(select(Album.id).where(Album.unsettled).order_by(Album.id).limit(limit)).all()
    if waiting:
        with session.no_autoflush:
            _Settling(session, load(session, waiting)).run()
        session.flush()
    return len(waiting)


class _Settling:
    """Albums with those that their statements may join them to, loaded at once."""

    def __init__(self, session: Session, albums: Sequence[Album]) -> None:
        self._session = session
        self._albums = albums
        self._touched: dict[Album, None] = dict.fromkeys(albums)
        self._gone: set[Album] = set()
        said = (statement for album in albums for member in album.members for statement in member.statements)
        self._by_key = albums_by_key(session, {key for statement in said for key in keys(statement)})

    def run(self) -> None:
        for album in self._albums:
            if album not in self._gone:
                self._regroup(album)
        names = Names(self._session)
        for album in self._touched:
            if album not in self._gone:
                derive(self._session, album, names)
                album.unsettled = False

    def _regroup(self, album: Album) -> None:
        for cover in list(album.covers):
            self._part_copies(cover)
        kept, *others = _parts(album)
        for part in others:
            target = self._home_of(part, album) or self._new_album()
            self._move(part, target)
        other = self._home_of(kept, album)
        if other is not None and not (_is_held(other) and _is_held(album)):
            older, newer = sorted((album, other), key=lambda one: one.id or inf)
            self._move(newer.members, older)
            self._session.flush()
            self._session.delete(newer)
            self._gone.add(newer)

    def _part_copies(self, cover: Cover) -> None:
        """A copy of which something else is said than of its original becomes a cover of its own."""
        said = claims(cover)
        for path, of_copy in said.items():
            if path == cover.path or same_album(said[cover.path], of_copy) is not False:
                continue
            own = Cover(path=path, file=path, side=cover.side, content_hash=cover.content_hash, album=cover.album)
            self._session.add(own)
            for statement in [one for one in cover.statements if one.path == path]:
                statement.cover = own
                for key in keys(statement):
                    self._by_key[key].append(own)
            file = self._session.get(File, path)
            if file is not None:
                file.cover = own

    def _home_of(self, part: Sequence[Member], left: Album) -> Album | None:
        """The oldest other album that these are of by what is said of them; one of their year if there is."""
        said = [of_path for member in part for of_path in claims(member).values()]
        wanted = {key for member in part for statement in member.statements for key in keys(statement)}
        found = {member.album for key in wanted for member in self._by_key[key]} - {left} - self._gone
        year = first(word.year for of_path in said for word in of_path.values())
        for album in sorted(found, key=lambda one: (year is not None and one.year != year, one.id or inf)):
            verdicts = {fits(of_path, album.members) for of_path in said}
            if True in verdicts and False not in verdicts:
                return album
        return None

    def _new_album(self) -> Album:
        album = Album()
        self._session.add(album)
        return album

    def _move(self, members: Iterable[Member], target: Album) -> None:
        for member in list(members):
            member.album = target
        self._touched[target] = None


class Names:
    """The rows of genres by their names, each asked for once and made if it is not there."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Genre] = {}

    def __call__(self, name: str) -> Genre:
        if name not in self._known:
            found = self._session.scalar(select(Genre).where(Genre.name == name))
            self._known[name] = found or Genre(name=name)
            self._session.add(self._known[name])
        return self._known[name]

    def know(self, names: Iterable[str]) -> None:
        """Ask for several at once."""
        found = self._session.scalars(select(Genre).where(Genre.name.in_(set(names) - self._known.keys())))
        self._known |= {genre.name: genre for genre in found}


def _parts(album: Album) -> list[list[Member]]:
    """The covers and entries of an album by what is said of them, the part that keeps the album first."""
    members = sorted(album.members, key=lambda member: not member.held)
    parts: list[list[Member]] = [[member for member in members if member.held]] if _is_held(album) else []
    for member in members:
        if member.held:
            continue
        own = claims(member).values()
        part = next((part for part in parts if all(fits(said, part) is not False for said in own)), None)
        if part is None:
            parts.append([member])
        else:
            part.append(member)
    return parts


def falls_apart(album: Album) -> bool:
    """Whether its covers and entries are of several albums by what is said of them."""
    return len(_parts(album)) > 1


def _is_held(album: Album) -> bool:
    return any(member.held for member in album.members)


def derive(session: Session, album: Album, genre_of: Names) -> None:
    """Name and label an album as the most trusted sources say, and put it on its lists."""
    covers = sorted(album.covers, key=lambda cover: cover.id or inf)
    for cover in covers:
        _describe(session, cover)
    by_source: dict[str, list[Statement]] = defaultdict(list)
    members: list[Member] = [*covers, *sorted(album.entries, key=lambda entry: entry.id or inf)]
    for member in members:
        for one in sorted(member.statements, key=lambda one: (one.path != member.path, one.path)):
            by_source[one.source].append(one)
    said = [by_source[source] for source in TRUST if source in by_source]
    if not said:
        return
    every = [one for statements in said for one in statements]
    album.artist = _name([one.artist for one in every], names_nothing)
    album.title = _name([one.title for one in every], titles_nothing)
    # A reissue has its own year; the album is as old as the first that a source names.
    years = (min((one.year for one in statements if one.year is not None), default=None) for statements in said)
    said_year = first(years)
    # Without it, the year of the oldest pressing in a list is the best that is known.
    pressed = min((entry.year for entry in album.entries if entry.year), default=None)
    album.year = (pressed if said_year is None else said_year) or None
    _label(album, said, genre_of)
    _list(album, every)


def _name(said: Sequence[str | None], says_nothing: Callable[[str], bool]) -> str | None:
    """The first real name; else what is written in its place. A person's empty name is that it has none."""
    written = [name for name in said if name is not None]
    real = (name for name in written if not name or not says_nothing(name))
    return next(real, first(written)) or None


def _label(album: Album, said: Sequence[Sequence[Statement]], genre_of: Names) -> None:
    """The genres of the most trusted source that says any, of all its statements, in its order."""
    labels: dict[str, str] = {}
    for statements in said:
        labels = {name: one.source for one in statements for name in one.genres or ()}
        if labels:
            break
    before = {(label.genre.name, label.source): label for label in album.labels}
    for position, said_of in enumerate(labels.items()):
        if said_of in before:
            before.pop(said_of).position = position
        else:
            name, source = said_of
            album.labels.append(AlbumGenre(genre=genre_of(name), source=source, position=position))
    for label in before.values():
        album.labels.remove(label)


def _list(album: Album, every: Sequence[Statement]) -> None:
    """A person's word decides; else a list has the album if any source says so."""
    on: set[str] = set()
    for name in ListName:
        said = [(one.source, one.lists[name]) for one in every if one.lists and name in one.lists]
        by_hand = [listed for source, listed in said if source == LabelSource.HAND]
        if any(by_hand or (listed for _, listed in said)):
            on.add(name)
    for row in list(album.lists):
        if row.name not in on:
            album.lists.remove(row)
    album.lists.extend(AlbumList(name=name) for name in sorted(on - {row.name for row in album.lists}))


def _describe(session: Session, cover: Cover) -> None:
    """What is said of the cover itself: each part by the most trusted source that says it."""
    own = [one for one in cover.statements if one.path == cover.path]
    own.sort(key=lambda one: TRUST.index(LabelSource(one.source)))
    side = first(one.side for one in own)
    if side is not None and side != cover.side:
        cover.side = side
        turn(session, cover)
    extra = {name: text for one in reversed(own) for name, text in (one.extra or {}).items()}
    extra.pop(EXPORTED, None)
    if own and extra != cover.extra:
        cover.extra = extra
