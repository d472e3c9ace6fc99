"""What becomes of offered files: one batch, one transaction.

A cover is its content: it keeps its id and its album where files are moved, renamed, renumbered or swapped. The same
content at a path more is a copy, unless something else is said of it. What is said is kept in statements; which covers
are one album, and what it is called, follows from these (``db.settling``).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from itertools import takewhile
from math import inf
from pathlib import PurePath

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from db import removed_files
from db.cover_links import forget
from db.identity import EXPORTED, Word, combined, hashed, same_album, word_of
from db.placeholders import file_says_nothing
from db.records import CoverFile, FileOutcome, InspectedFile, RejectedFile, fold
from db.settling import Names, derive, settle
from db.statements import Member, albums_by_key, claims_at_own_path, fits, follow, news, said_of_album, spoken
from db.tables import Album, Cover, CoverText, Entry, File, RemovedFile, Statement, Vector
from sleeve.vocabulary import ContentHash, LabelSource, Outcome

Holds = Callable[[str, str], bool]
"""Whether a path still has content of this hash."""

_EQUAL_COVERS = 64
"""Covers with the bytes of an offered file that are looked at; a placeholder may be in any number of albums."""


class Stage(IntEnum):
    """Which files of a source are decided. Those that may have changed places wait until all of it is read."""

    PLAIN = 1
    """Those at their old paths with their old content, and new content at new paths."""

    MOVED = 2
    """Covers that are not where they were any more."""

    REST = 3
    """New content at old paths, and copies."""


def known_hashes(session: Session, paths: Sequence[str]) -> dict[str, str]:
    """The content hash of each of these paths that has a cover."""
    rows = session.execute(select(Cover.path, Cover.content_hash).where(Cover.path.in_(paths)))
    return {row.path: row.content_hash for row in rows}


def known_versions(session: Session, paths: Sequence[str]) -> dict[str, tuple[str, ContentHash]]:
    """The version of the object at each of these paths when it was last added, and the content hash that it had."""
    query = select(File.path, File.version, File.content_hash)
    rows = session.execute(query.where(File.path.in_(paths), File.version.is_not(None), File.content_hash.is_not(None)))
    return {row.path: (row.version, ContentHash(row.content_hash)) for row in rows}


def copies(session: Session, paths: Sequence[str]) -> dict[str, tuple[str, ContentHash]]:
    """The path of the same image, and its content hash, for each of these paths that was offered as a copy."""
    rows = session.execute(
        select(File.path, Cover.path.label("kept_at"), Cover.content_hash)
        .join(Cover, Cover.id == File.cover_id)
        .where(File.path.in_(paths), Cover.path != File.path, Cover.content_hash == File.content_hash)
    )
    return {row.path: (row.kept_at, ContentHash(row.content_hash)) for row in rows}


@dataclass(frozen=True, slots=True)
class Registered:
    """How files ended, in their order, and those that wait for a later stage."""

    outcomes: list[FileOutcome]
    waiting: list[InspectedFile]


def register(
    session: Session, batch: Sequence[InspectedFile | RejectedFile], holds: Holds, *, again: bool = False
) -> list[FileOutcome]:
    """Write files to the catalogue that are all there is of a source; returns the outcome of each, in order.

    Args:
        session: a writing session.
        batch: the files, each path once.
        again: also those that a person removed.
    """
    ended: dict[str, FileOutcome] = {}
    waiting: Sequence[InspectedFile | RejectedFile] = batch
    for stage in Stage:
        if not waiting:
            break
        found = register_stage(session, waiting, holds, stage, again=again)
        ended |= {outcome.path: outcome for outcome in found.outcomes}
        waiting = found.waiting
    while settle(session):
        pass
    return [ended[_path(item)] for item in batch]


def register_stage(
    session: Session,
    batch: Sequence[InspectedFile | RejectedFile],
    holds: Holds,
    stage: Stage,
    *,
    again: bool = False,
) -> Registered:
    """Write those files of a batch to the catalogue that this stage decides.

    The stages follow each other, each with all files of a source; then ``settle`` until nothing waits.

    Args:
        again: also those that a person removed.
    """
    register = _Register(session, batch, holds, again=again)
    found = Registered([], [])
    for item in batch:
        if isinstance(item, RejectedFile):
            found.outcomes.append(register.reject(item))
            continue
        outcome = register.accept(item, stage)
        if outcome is None:
            found.waiting.append(item)
        else:
            found.outcomes.append(outcome)
    register.finish()
    return found


class _Register:
    """The rows that a batch touches, loaded at once instead of one by one."""

    def __init__(
        self, session: Session, batch: Sequence[InspectedFile | RejectedFile], holds: Holds, *, again: bool
    ) -> None:
        self._session = session
        # Asked again for each of the files with the same bytes.
        self._holds = cache(holds)
        self._again = again
        accepted = [item for item in batch if isinstance(item, InspectedFile)]
        paths = [_path(item) for item in batch]
        self._offered = set(paths)
        self._by_path = {cover.path: cover for cover in self._covers(Cover.path.in_(paths))}
        moving = [item for item in accepted if not self._is_unchanged(item)]
        equal = self._equal_covers([item.content_hash for item in moving])
        spoken(session, list({*self._by_path.values(), *equal, *(c for one in equal for c in one.album.covers)}))
        self._by_hash: dict[str, list[Cover]] = defaultdict(list)
        for cover in sorted({*self._by_path.values(), *equal}, key=_age):
            self._by_hash[cover.content_hash].append(cover)
        self._words = {_path(item): _word(item.cover_file) for item in moving}
        wanted = {key for word in self._words.values() for key in (word.group, word.outside_id, word.names) if key}
        self._by_key = albums_by_key(session, wanted) if wanted else defaultdict(list)
        at = select(Statement).where(Statement.path.in_(paths))
        self._said = {(one.path, one.source): one for one in session.scalars(at)}
        self._files = {file.path: file for file in session.scalars(select(File).where(File.path.in_(paths)))}
        self._genre_of = Names(session)
        self._genre_of.know(fold(genre) for item in moving for genre in item.cover_file.genres)
        self._removed: dict[str, list[RemovedFile]] = defaultdict(list)
        for row in removed_files.of_contents(session, {item.content_hash for item in moving}):
            self._removed[row.content_hash].append(row)
        self._copies = self._paths_of_copies(list(self._by_path.values()))
        self._exported = self._albums_of_exported(accepted)
        self._unsettled: set[int] = set()
        self._known_of: dict[Cover, Word] = {}

    def _covers(self, condition: ColumnElement[bool]) -> Sequence[Cover]:
        return self._session.scalars(select(Cover).where(condition)).all()

    def _equal_covers(self, hashes: Sequence[str]) -> Sequence[Cover]:
        """The first covers that have each of these contents, with their albums."""
        number = func.row_number().over(partition_by=Cover.content_hash, order_by=Cover.id).label("number")
        numbered = select(Cover.id, number).where(Cover.content_hash.in_(hashes)).subquery()
        query = select(Cover).join(numbered, numbered.c.id == Cover.id).where(numbered.c.number <= _EQUAL_COVERS)
        of_album = selectinload(Cover.album)
        entries = of_album.selectinload(Album.entries).selectinload(Entry.statements)
        return self._session.scalars(query.options(of_album.selectinload(Album.covers), entries)).all()

    def _paths_of_copies(self, covers: Sequence[Cover]) -> dict[int, list[str]]:
        ids = [cover.id for cover in covers]
        query = select(File.cover_id, File.path).join(Cover, Cover.id == File.cover_id)
        found: dict[int, list[str]] = defaultdict(list)
        for row in self._session.execute(query.where(File.cover_id.in_(ids), File.path != Cover.path)):
            found[row.cover_id].append(row.path)
        return found

    def _albums_of_exported(self, accepted: Sequence[InspectedFile]) -> Sequence[Album]:
        """Kept, so that an export is compared with them without asking for each."""
        if all(item.cover_file.exported is None for item in accepted):
            return ()
        ids = {cover.album_id for cover in self._by_path.values()}
        return self._session.scalars(select(Album).where(Album.id.in_(ids)).options(selectinload(Album.labels))).all()

    def finish(self) -> None:
        """Write everything, and note what is to be settled."""
        self._session.flush()
        if self._unsettled:
            self._session.execute(update(Album).where(Album.id.in_(self._unsettled)).values(unsettled=True))

    def reject(self, item: RejectedFile) -> FileOutcome:
        self._record(item.path, Outcome.REJECTED, None, None, str(item.reason), item.detail)
        return FileOutcome(item.file, item.path, Outcome.REJECTED, item.reason, item.detail)

    def accept(self, item: InspectedFile, stage: Stage) -> FileOutcome | None:
        """Decide about a file; None if it waits for a later stage."""
        cover_file, path = item.cover_file, _path(item)
        cover = self._by_path.get(path)
        if cover is not None and self._is_unchanged(item):
            cover.stored |= cover_file.stored
            self._drop_gone_copies(cover, cover_file.label_source)
            outcome, detail = Outcome.UNCHANGED, ""
        elif cover is None and not self._by_hash[item.content_hash]:
            if self._stays_removed(item):
                return self._leave_out(item)
            cover, outcome, detail = self._add(item), Outcome.ADDED, ""
        else:
            found = None if stage is Stage.PLAIN else self._find_moved(item)
            if found is not None:
                outcome, detail = Outcome.UNCHANGED, f"moved from {self._move(found, item)}"
                self._copies |= self._paths_of_copies([found])
                self._drop_gone_copies(found, cover_file.label_source)
            elif stage is not Stage.REST:
                return None
            elif self._stays_removed(item):
                if cover is not None and not self._go_to_copy(cover):
                    self._displace(path)
                return self._leave_out(item)
            elif cover is not None and not self._go_to_copy(cover):
                found, outcome, detail = self._change(cover, item)
            else:
                found, outcome, detail = self._copy(item)
            cover = found
        corrected = self._listen(cover, cover_file)
        self._record(path, outcome, cover, item, None, detail)
        known = outcome is Outcome.UNCHANGED
        return FileOutcome(cover_file.file, path, outcome, None, detail, corrected if known else ())

    def _stays_removed(self, item: InspectedFile) -> bool:
        """Whether a person removed this picture here, or where its file was before; not if it is asked for."""
        row, path = self._removal(item), _path(item)
        if row is None:
            return False
        if self._again or row.path != path:
            self._removed[item.content_hash].remove(row)
            self._session.delete(row)
            file = self._files.get(row.path) or self._session.get(File, row.path)
            # Another removed picture may have come there, and have written its own row.
            if file is not None and (file.outcome, file.content_hash) == (Outcome.REMOVED, item.content_hash):
                self._session.delete(file)
                self._files.pop(row.path, None)
        if not self._again and row.path != path:
            moved = RemovedFile(path=path, content_hash=item.content_hash)
            self._session.add(moved)
            self._removed[item.content_hash].append(moved)
        return not self._again

    def _removal(self, item: InspectedFile) -> RemovedFile | None:
        rows, path = self._removed[item.content_hash], _path(item)
        here = next((row for row in rows if row.path == path), None)
        moved = (row for row in rows if not self._holds(row.path, item.content_hash))
        return here or max(moved, key=lambda row: _common_ending(row.path, path), default=None)

    def _leave_out(self, item: InspectedFile) -> FileOutcome:
        path = _path(item)
        self._record(path, Outcome.REMOVED, None, item, None, "")
        return FileOutcome(item.cover_file.file, path, Outcome.REMOVED)

    def _is_unchanged(self, item: InspectedFile) -> bool:
        cover = self._by_path.get(_path(item))
        return cover is not None and cover.content_hash == item.content_hash

    def _find_moved(self, item: InspectedFile) -> Cover | None:
        """The cover that is to be found at this path from now on, as its content is not where it was.

        Of several with this content, the one that the source names, else the one whose path ends alike.
        """
        path, word = _path(item), self._words[_path(item)]
        said = {item.cover_file.label_source: replace(word, group=None)}
        equal = set(self._near_covers(word, item.content_hash))
        fitting: list[tuple[bool, int, float, Cover]] = []
        for cover in equal.union(self._by_hash[item.content_hash]):
            if cover.path == path or self._holds(cover.path, item.content_hash):
                continue
            verdict = same_album(said, claims_at_own_path(cover))
            # Moved and renamed at once; only if it can be no other.
            if verdict is False and (len(self._by_hash[item.content_hash]) > 1 or path in self._by_path):
                continue
            others = (one for one in cover.album.covers if one is not cover)
            if fits(said, [one for one in others if self._holds(one.path, one.content_hash)]) is not False:
                fitting.append((verdict is True, _common_ending(cover.path, path), -_age(cover), cover))
        return max(fitting, key=lambda found: found[:3])[3] if fitting else None

    def _displace(self, path: str) -> None:
        """Let the cover at a path be at none; whatever is there now, its own content may turn up elsewhere."""
        displaced = self._by_path.pop(path, None)
        if displaced is not None:
            self._put(displaced, f"{path}/was-{displaced.id}")

    def _move(self, cover: Cover, item: InspectedFile) -> str:
        """Let a cover be at the path of an item; returns where it was."""
        path, old = _path(item), cover.path
        self._displace(path)
        self._by_path.pop(old, None)
        self._put(cover, path)
        cover.stored = item.cover_file.stored
        self._by_path[path] = cover
        file = self._files.pop(old, None) or self._session.get(File, old)
        if file is not None and file.cover_id == cover.id:
            self._session.delete(file)
        # Within one flush rows are changed by age, and an older cover may come to the path that this one leaves.
        self._session.flush()
        return _DISPLACED.sub("", old)

    def _put(self, cover: Cover, path: str) -> None:
        """Change a cover's path, and with it those of the statements on it; what is said of the new path stays."""
        self._known_of.pop(cover, None)
        for statement in [one for one in cover.statements if one.path == cover.path]:
            self._said.pop((statement.path, statement.source), None)
            if (path, statement.source) in self._said:
                cover.statements.remove(statement)
            else:
                statement.path = path
                self._said[path, statement.source] = statement
        cover.path = path
        self._session.flush()

    def _go_to_copy(self, cover: Cover) -> bool:
        """Let a cover whose place another picture has taken be where a copy of it is; False if there is none."""
        kept = (path for path in self._copies[cover.id] if self._holds(path, cover.content_hash))
        elsewhere = next(kept, None)
        if elsewhere is None:
            return False
        self._by_path.pop(cover.path)
        self._unsettled.add(cover.album_id)
        self._known_of.pop(cover, None)
        by_hand = self._said.pop((cover.path, LabelSource.HAND), None)
        if by_hand is not None:
            by_hand.path = elsewhere
        cover.path = elsewhere
        self._session.flush()
        return True

    def _change(self, cover: Cover, item: InspectedFile) -> tuple[Cover, Outcome, str]:
        """New content at a known path: the cover's from now on."""
        cover.stored = item.cover_file.stored
        if cover in self._by_hash[cover.content_hash]:
            self._by_hash[cover.content_hash].remove(cover)
        self._by_hash[item.content_hash].append(cover)
        cover.content_hash = item.content_hash
        self._session.execute(delete(Vector).where(Vector.cover_id == cover.id))
        self._session.execute(delete(CoverText).where(CoverText.cover_id == cover.id))
        forget(self._session, cover)
        return cover, Outcome.ADDED, "content changed"

    def _copy(self, item: InspectedFile) -> tuple[Cover, Outcome, str]:
        """Known content at a path more: a copy if the same is said of it, or nothing of both."""
        word = self._words[_path(item)]
        said = {item.cover_file.label_source: word}
        known = combined(said)
        near = dict.fromkeys(self._near_covers(word, item.content_hash))
        file = self._files.get(_path(item))
        # What it was a copy of, it stays a copy of, whichever cover has come to have this content too.
        was = [file.cover] if file is not None and file.cover is not None else []
        known_before = dict.fromkeys(cover for cover in was if cover.content_hash == item.content_hash)
        for cover in near | known_before | dict.fromkeys(self._by_hash[item.content_hash]):
            # One placeholder may be the cover of thousands of albums, so what is cheap is asked first.
            its = self._known(cover)
            if cover not in near and (its.artist, its.title) != (known.artist, known.title):
                continue
            agrees = fits(said, cover.album.members)
            as_much = known == its
            if agrees or (agrees is None and as_much and _is_listed_twice(cover, item.cover_file)):
                return cover, Outcome.UNCHANGED, f"same image as {cover.path}"
        return self._add(item), Outcome.ADDED, ""

    def _known(self, cover: Cover) -> Word:
        """What is known of a cover at its path, until something else is said of it."""
        if cover not in self._known_of:
            self._known_of[cover] = combined(claims_at_own_path(cover))
        return self._known_of[cover]

    def _add(self, item: InspectedFile) -> Cover:
        cover_file, path = item.cover_file, _path(item)
        word = self._words[path]
        said = {cover_file.label_source: word}
        found = {member.album: None for member in self._near(word)}
        ranked = sorted(found, key=lambda one: (word.year is not None and one.year != word.year, one.id or inf))
        album = next((one for one in ranked if fits(said, one.members)), None) or Album()
        cover = Cover(path=path, file=cover_file.file, side=cover_file.side, content_hash=item.content_hash)
        cover.stored, cover.extra, cover.album = cover_file.stored, dict(cover_file.extra), album
        self._session.add(cover)
        self._by_path[path] = cover
        self._by_hash[item.content_hash].append(cover)
        for key in (word.group, word.outside_id, word.names):
            if key:
                self._by_key[key].append(cover)
        return cover

    def _near(self, word: Word) -> list[Member]:
        """Covers and entries about which something is said that may make them one album with what this is said of."""
        found = (self._by_key[key] for key in (word.outside_id, word.group, word.names) if key)
        return [member for members in found for member in members]

    def _near_covers(self, word: Word, content_hash: str) -> list[Cover]:
        near = self._near(word)
        return [member for member in near if isinstance(member, Cover) and member.content_hash == content_hash]

    def _listen(self, cover: Cover, cover_file: CoverFile) -> tuple[str, ...]:
        """Keep what a source says of a cover, in place of what it said; returns what of that is something else."""
        path, source = str(cover_file.path), cover_file.label_source
        said = self._said.get((path, source))
        self._known_of.pop(cover, None)
        new = cover_file
        if cover_file.exported is not None and cover.id is not None:
            differing = news(cover, cover_file)
            if differing is None:
                return ()
            new = differing
        before: dict[str, object] = {}
        if said is None:
            said = self._said[path, source] = Statement(path=path, source=source)
            cover.statements.append(said)
            # An exported row without what the catalogue knows already is a correction, whatever it was before.
            if new is not cover_file:
                before = said_of_album(said)
        elif said.cover is cover:
            before = said_of_album(said)
        changed = follow(said, new, is_news=new is not cover_file)
        for one in LabelSource:
            of_path = self._said.get((path, one))
            if of_path is not None and of_path.cover is not cover:
                # The path has become another cover's.
                if of_path.cover is not None:
                    self._known_of.pop(of_path.cover, None)
                of_path.cover, changed = cover, True
        if path == cover.path:
            cover.file = cover_file.file
        if cover.id is None and cover.album.id is None:
            derive(self._session, cover.album, self._genre_of)
        elif changed:
            self._unsettled.add(cover.album_id or cover.album.id)
        now = said_of_album(said)
        return tuple(name for name, text in before.items() if text != now[name])

    def _drop_gone_copies(self, cover: Cover, source: LabelSource) -> None:
        """A folder or a track that is gone says nothing any more; a table still does."""
        if source not in _FILES_SPEAK:
            return
        for path in self._copies[cover.id]:
            # What is offered now speaks for itself.
            if path not in self._offered and not self._holds(path, cover.content_hash):
                here = (Statement.path == path) & Statement.cover_id.in_([cover.id])
                self._session.execute(delete(Statement).where(here, Statement.source.not_in(_STANDING)))
                self._session.execute(delete(File).where(File.path == path, File.cover_id == cover.id))
                self._unsettled.add(cover.album_id)

    def _record(
        self,
        path: str,
        outcome: Outcome,
        cover: Cover | None,
        item: InspectedFile | None,
        reason: str | None,
        detail: str,
    ) -> None:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = File(path=path)
            self._session.add(file)
        file.outcome, file.reason, file.detail = outcome, reason, detail
        if item is not None:
            file.cover, file.content_hash, file.version = cover, item.content_hash, item.version


_DISPLACED = re.compile(r"/was-\d+$")
_FILES_SPEAK = {LabelSource.FOLDER, LabelSource.TAGS, LabelSource.SERVER}
_STANDING = (LabelSource.HAND, LabelSource.MANIFEST)


def _age(cover: Cover) -> float:
    """Of two covers of one content the older one counts; what this batch adds has no id yet."""
    return cover.id or inf


def _word(cover_file: CoverFile) -> Word:
    exported = {EXPORTED: cover_file.exported} if cover_file.exported else {}
    group = hashed(cover_file.group) if cover_file.group else None
    extra = {**cover_file.extra, **exported}
    return word_of(cover_file.artist, cover_file.title, cover_file.year, group, extra)


def _common_ending(one: str, other: str) -> int:
    """How many parts two paths have in common at their ends."""
    pairs = zip(reversed(PurePath(one).parts), reversed(PurePath(other).parts), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_listed_twice(cover: Cover, cover_file: CoverFile) -> bool:
    """Whether equal bytes of which no names are said are one album: of one genre, or of one name in two folders."""
    genres = {name for one in cover.statements if one.path == cover.path for name in one.genres or ()}
    offered = {fold(genre) for genre in cover_file.genres}
    if not genres or not offered or not genres.isdisjoint(offered):
        return True
    name = cover_file.path.name
    return name == PurePath(cover.path).name and not file_says_nothing(PurePath(name).stem)


def _path(item: InspectedFile | RejectedFile) -> str:
    return item.path if isinstance(item, RejectedFile) else str(item.cover_file.path)


def record_rejections(session: Session, rejected: Iterable[RejectedFile]) -> list[RejectedFile]:
    """Keep why covers that are in the catalogue could not be embedded; returns those that failed otherwise before."""
    new: list[RejectedFile] = []
    for item in rejected:
        row = session.get(File, item.path) or File(path=item.path)
        now = (Outcome.REJECTED, str(item.reason), item.detail)
        if (row.outcome, row.reason, row.detail) != now:
            new.append(item)
        row.outcome, row.reason, row.detail = now
        session.add(row)
    return new
