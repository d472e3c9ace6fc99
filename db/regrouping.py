"""Which covers a person says are one album or two, and how it was before, so that either can be taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.labels import found
from db.overruling import covers_of_ids
from db.settling import Names, derive, falls_apart, settle
from db.statements import Member, find_by, load, said_by
from db.tables import Album, Cover, Entry, Regrouped, Statement
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, CoverId, LabelSource


class Deed(StrEnum):
    """What a person did with albums."""

    MERGE = "merge"
    SPLIT = "split"


_Stacks = dict[Member, list[Regrouped]]

_NAMES = ("artist", "title", "year")
_WORDS = (*_NAMES, "genres")
"""What a person says of an album, but for the lists it is on: these are not changed by making albums one or two."""

_ASKED_AT_ONCE = 500


def merge(session: Session, album_id: AlbumId, others: Sequence[AlbumId]) -> None:
    """Make these one album, with the id of the first and, if a person gave it any, its names, and its genres.

    What is added under a name that another of them had is of this album from then on.

    Raises:
        NotFoundError: one of them does not exist; nothing is changed.
    """
    album = found(session, album_id)
    joining = [found(session, other) for other in dict.fromkeys(others) if other != album_id]
    spoken = _spoken(album)
    for other in joining:
        for member in album.members:
            _note(session, Deed.MERGE, other, member)
        for member in other.members:
            row = _note(session, Deed.MERGE, other, member, was_in=other)
            row.words = _words(member)
            member.album = album
            if spoken:
                row.kept_names = any(part in spoken for part in _NAMES) and _keep_names(member)
                _speak(member, {**row.words, **spoken})
        session.flush()
        session.delete(other)
        for member in album.members:
            member.held = True
    derive(session, album, Names(session))
    session.flush()


def split(session: Session, cover_ids: Sequence[CoverId]) -> AlbumId:
    """Make these covers of one album an album of their own, and keep it apart; returns its id.

    What had come from another album has the names and genres again that a person gave it there; and if these are all of
    that album, its id.

    Raises:
        NotFoundError: one of them does not exist, they are of several albums, or they are all covers of theirs.
    """
    covers = covers_of_ids(session, cover_ids)
    album_ids = {cover.album_id for cover in covers}
    if len(album_ids) > 1:
        raise NotFoundError("these covers are of several albums; name covers of one")
    album = found(session, AlbumId(album_ids.pop()))
    if len(covers) == len(album.members):
        raise NotFoundError(f"album {album.id} has no other covers to stay in it")
    origins = _origins(session, album)
    whole = _whole_album(session, origins, covers)
    leaving = [one for one in album.members if one in covers or (isinstance(one, Entry) and _by(whole, origins[one]))]
    if len(leaving) == len(album.members):
        leaving, whole = list(covers), None
    own = Album(id=whole)
    session.add(own)
    session.flush()
    # The words of the album stay with its own covers; what came from elsewhere had them only while it was with these.
    came = [member for member in leaving if origins[member]]
    staying = [member for member in album.members if member not in leaving]
    if all(origins[member] for member in staying):
        came += staying
    for member in album.members:
        row = _note(session, Deed.SPLIT, own, member, was_in=album if member in leaving else None)
        member.held = True
        if member in came:
            row.words = _words(member)
            before = _by(whole, origins[member]) or origins[member][0]
            _speak(member, before.words or {})
    # What had come with the album's own covers stays without them, and can only go back to where it was before.
    for parted in [one for member in staying for one in origins[member] if one.album_id == whole]:
        session.delete(parted)
    for member in leaving:
        member.album = own
    session.flush()
    for one in (album, own):
        derive(session, one, Names(session))
    session.flush()
    return AlbumId(own.id)


def undo_merge(session: Session, album_id: AlbumId) -> AlbumId:
    """Take back that an album was made one with another: it has its id, covers, names and genres again.

    What was added since is where it belongs by what is said of it.

    Returns:
        the album's id; another one's if its covers part by what sources said meanwhile.

    Raises:
        NotFoundError: it was not, or none of its covers is left there.
    """
    rows, stacks = _last_of(session, Deed.MERGE, album_id)
    there = _still_there(stacks)
    back = [row for row in rows if row in there]
    if not back or session.get(Album, album_id) is not None:
        raise NotFoundError(f"album {album_id} was not made one with another, or none of its covers is left there")
    album = Album(id=album_id)
    session.add(album)
    left = {row.member.album for row in rows}
    for row in rows:
        member = row.member
        if row in back:
            above = [one for one in stacks[member] if one.id > row.id]
            if any(one.kept_names for one in (row, *above)):
                _forget_names(member)
            # What was parted from it stays parted.
            for one in [one for one in above if one.deed == Deed.MERGE]:
                stacks[member].remove(one)
                session.delete(one)
            member.album = album
            _speak(member, row.words or {})
        _take_back(session, row, stacks[member])
    _settle(session, [album, *left])
    return AlbumId(back[0].member.album_id)


def undo_split(session: Session, album_id: AlbumId) -> AlbumId:
    """Take back that an album was made of covers of another: they are there again, with all that was added to it.

    Returns:
        the id of the album that they are of again.

    Raises:
        NotFoundError: it was not, or is gone.
    """
    album = found(session, album_id)
    rows, stacks = _last_of(session, Deed.SPLIT, album_id)
    gone = [row for row in rows if row.was_in is not None and row.member in album.members]
    if not gone:
        raise NotFoundError(f"album {album_id} was not made of another one's covers")
    stayed = next((row.member.album for row in rows if row.was_in is None), None)
    target = session.get(Album, gone[0].was_in) or stayed or Album(id=gone[0].was_in)
    session.add(target)
    for row in rows:
        _take_back(session, row, stacks[row.member])
    for member in album.members:
        member.album = target
    session.flush()
    session.delete(album)
    _settle(session, [target])
    return AlbumId(gone[0].member.album_id)


def _note(session: Session, deed: Deed, album: Album, member: Member, *, was_in: Album | None = None) -> Regrouped:
    row = Regrouped(album_id=album.id, deed=deed, held=member.held, was_in=was_in.id if was_in else None)
    row.cover, row.entry = (member, None) if isinstance(member, Cover) else (None, member)
    row.kept_names = False
    session.add(row)
    return row


def _words(member: Member) -> dict[str, object]:
    """What a person says of it; empty if a person says nothing at all."""
    said = _said(member, LabelSource.HAND)
    return {} if said is None else {part: getattr(said, part) for part in _WORDS}


def _spoken(album: Album) -> dict[str, object]:
    """The names that a person gave an album, all or none of them, and the genres, if any."""
    of_members = [_words(member) for member in album.members]
    of_each = (
        {part: words.get(part) for part in parts}
        for parts in (_NAMES, ("genres",))
        for words in of_members
        if any(words.get(part) is not None for part in parts)
    )
    spoken: dict[str, object] = {}
    for words in of_each:
        spoken = {**words, **spoken}
    return spoken


def _speak(member: Member, words: dict[str, object]) -> None:
    said = said_by(member, LabelSource.HAND)
    for part in _WORDS:
        setattr(said, part, words.get(part))
    find_by(said)
    if not words and not said.lists:
        member.statements.remove(said)


def _said(member: Member, source: LabelSource) -> Statement | None:
    return next((one for one in member.statements if (one.path, one.source) == (member.path, source)), None)


def _keep_names(member: Member) -> bool:
    """Keep the names that a person gives a cover, before they become others: as what is trusted least."""
    said, earlier = _said(member, LabelSource.HAND), _said(member, LabelSource.EARLIER)
    if said is None or not (said.artist or said.title) or (earlier and (earlier.artist or earlier.title)):
        return False
    earlier = said_by(member, LabelSource.EARLIER)
    earlier.artist, earlier.title, earlier.year = said.artist or None, said.title or None, said.year or None
    find_by(earlier)
    return True


def _forget_names(member: Member) -> None:
    earlier = _said(member, LabelSource.EARLIER)
    if earlier is None:
        return
    earlier.artist, earlier.title, earlier.year = None, None, None
    find_by(earlier)
    if not (earlier.genres or earlier.extra or earlier.group or earlier.side):
        member.statements.remove(earlier)


def _take_back(session: Session, row: Regrouped, stack: list[Regrouped]) -> None:
    """Let a cover be as before a deed; or let what was done since have begun from there."""
    member, above = row.member, [one for one in stack if one.id > row.id]
    spoken_since = next((one for one in above if one.words is not None), None)
    (above[0] if above else member).held = row.held
    if row.words is not None and spoken_since is not None:
        spoken_since.words = row.words
    elif row.words is not None:
        _speak(member, row.words)
    stack.remove(row)
    session.delete(row)


def _settle(session: Session, albums: Iterable[Album]) -> None:
    session.flush()
    session.expire_all()
    for album in albums:
        if album.members:
            derive(session, album, Names(session))
            # What sources said meanwhile, of what a person held together. Nothing else is looked at again.
            album.unsettled = album.unsettled or falls_apart(album)
        else:
            session.delete(album)
    session.flush()
    while settle(session):
        pass


def _last_of(session: Session, deed: Deed, album_id: AlbumId) -> tuple[list[Regrouped], _Stacks]:
    """What was noted of the last such deed, of each member once, the album's oldest cover first; and all that was of
    them. An album that was made or ended twice was ended, or made, in between."""
    noted = session.scalars(select(Regrouped).where(Regrouped.album_id == album_id).order_by(Regrouped.id)).all()
    last = max((row.id for row in noted if row.deed == deed), default=0)
    between = max((row.id for row in noted if row.deed != deed and row.id < last), default=0)
    rows = {row.member: row for row in noted if row.deed == deed and row.id > between}
    load(session, sorted({member.album_id for member in rows}))
    return list(rows.values()), _stacks(session, rows)


def _stacks(session: Session, members: Iterable[Member]) -> _Stacks:
    """What was noted of each of these, and of all that was in the same deeds."""
    stacks: _Stacks = defaultdict(list)
    for key, kind in ((Regrouped.cover_id, Cover), (Regrouped.entry_id, Entry)):
        ids = [member.id for member in members if isinstance(member, kind)]
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            rows = select(Regrouped).where(key.in_(ids[start : start + _ASKED_AT_ONCE])).order_by(Regrouped.id)
            for row in session.scalars(rows):
                stacks[row.member].append(row)
    return stacks


def _still_there(stacks: _Stacks) -> set[Regrouped]:
    """What was noted of covers that a merge brought to others and that still are where they were brought: with one of
    those, or not parted from them since."""
    noted = [row for stack in stacks.values() for row in stack]
    there = {(row.album_id, row.member.album_id) for row in noted if (row.deed, row.was_in) == (Deed.MERGE, None)}
    parted = {row.member: row.id for row in noted if row.deed == Deed.SPLIT and row.was_in is not None}
    return {
        row
        for row in noted
        if row.deed == Deed.MERGE and row.was_in is not None
        if (row.album_id, row.member.album_id) in there or parted.get(row.member, 0) < row.id
    }


def _origins(session: Session, album: Album) -> dict[Member, list[Regrouped]]:
    """By which merges each cover and entry of an album has come into it, the first one first."""
    stacks = _stacks(session, album.members)
    there = _still_there(stacks)
    return {member: [row for row in stacks[member] if row in there] for member in album.members}


def _by(album_id: int | None, rows: Iterable[Regrouped]) -> Regrouped | None:
    return next((row for row in rows if row.album_id == album_id), None)


def _whole_album(session: Session, origins: _Stacks, covers: Sequence[Cover]) -> int | None:
    """The album that these covers were, with all that had been made one with it or without, before it was made one with
    what they are in now; if several, the last one."""
    came: dict[int, list[set[Member]]] = defaultdict(lambda: [set(), set()])
    last: dict[int, int] = {}
    for member, rows in origins.items():
        for row in rows if isinstance(member, Cover) else ():
            whole, alone = came[row.album_id]
            whole.add(member)
            alone.update([member] if row is rows[0] else [])
            last[row.album_id] = max(row.id, last.get(row.album_id, 0))
    found = [
        album_id for album_id, members in came.items() if set(covers) in members and not session.get(Album, album_id)
    ]
    return max(found, key=last.__getitem__, default=None)
