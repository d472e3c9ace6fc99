"""The tables. Every constraint is named by one convention, so migrations can name them on both engines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    delete,
    event,
    false,
    insert,
    inspect,
    select,
    text,
    true,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Mapper,
    Session,
    UOWTransaction,
    mapped_column,
    relationship,
    validates,
)
from sqlalchemy.types import JSON, TypeDecorator

from db.letters import lines_of_letters
from db.ordering import artist_order_key, order_key
from db.records import fold
from db.typed_cells import Value, values_of
from sleeve.vocabulary import ColumnKind

_ByBytes = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that every database sorts alike."""

# SQLite only numbers a column of exactly type INTEGER by itself.
_Key = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Album(Base):
    """An album: names, year and labels as they follow from the statements on its covers.

    ``artist_folded`` and ``title_folded`` are what names are compared by, ``artist_order`` and ``title_order`` what
    lists are sorted by; ``letters`` is what is searched for words. ``colour`` is the place of its front in the order by
    colour; a change of its covers makes it null again.
    ``unsettled`` says that a statement has changed, and nobody has looked yet what follows."""

    __tablename__ = "albums"
    __table_args__ = (
        Index("ix_albums_unsettled", "id", sqlite_where=text("unsettled"), postgresql_where=text("unsettled")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    artist: Mapped[str | None] = mapped_column(Text)
    artist_folded: Mapped[str | None] = mapped_column(Text, index=True)
    artist_order: Mapped[str | None] = mapped_column(_ByBytes, index=True)
    title: Mapped[str | None] = mapped_column(Text)
    title_folded: Mapped[str | None] = mapped_column(Text, index=True)
    title_order: Mapped[str | None] = mapped_column(_ByBytes, index=True)
    letters: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None] = mapped_column(index=True)
    colour: Mapped[int | None] = mapped_column(index=True)
    unsettled: Mapped[bool] = mapped_column(default=False, server_default=false())
    covers: Mapped[list["Cover"]] = relationship(
        back_populates="album", cascade="all, delete-orphan", passive_deletes=True, order_by="Cover.id"
    )
    entries: Mapped[list["Entry"]] = relationship(
        back_populates="album", cascade="all, delete-orphan", passive_deletes=True, order_by="Entry.id"
    )
    lists: Mapped[list["AlbumList"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="AlbumList.name"
    )
    labels: Mapped[list["AlbumGenre"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @property
    def members(self) -> "list[Cover | Entry]":
        """What is said of the album is said of these: its covers, the oldest first, and its entries in lists."""
        return [*self.covers, *self.entries]

    @validates("title", "artist")
    def _fold(self, key: str, name: str | None) -> str | None:
        setattr(self, f"{key}_folded", fold(name) if name else None)
        return name


@event.listens_for(Album, "before_insert")
@event.listens_for(Album, "before_update")
def _spell(_mapper: Mapper[Album], _connection: Connection, album: Album) -> None:
    album.letters = lines_of_letters([album.artist, album.title])
    album.artist_order = artist_order_key(album.artist, album.year) if album.artist else None
    album.title_order = order_key(album.title) if album.title else None


class Cover(Base):
    """One image of an album.

    ``file`` is its path as it was added, ``path`` the absolute one, ``extra`` what else a manifest says about it.
    ``compared``: its near neighbours were compared with it, for the same artwork. ``stored``: Sleeve wrote the file at
    ``path``, and so may delete it. ``held``: a person said which album it is of.
    """

    __tablename__ = "covers"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(8))
    file: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text, unique=True)
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    extra: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    added_at: Mapped[datetime] = mapped_column(Moment, default=_now)
    compared: Mapped[bool] = mapped_column(default=False, server_default=false())
    stored: Mapped[bool] = mapped_column(default=False, server_default=false())
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    album: Mapped[Album] = relationship(back_populates="covers")
    statements: Mapped[list["Statement"]] = relationship(
        back_populates="cover", cascade="all, delete-orphan", passive_deletes=True
    )


class Entry(Base):
    """A row of a list: an album that is known without a picture, or besides its covers.

    ``path`` is the list's ``place`` and what names the row in it, ``name`` the list that the table as a whole is (null
    for a table that is none), ``position`` the row's place in it. ``cells`` are the row as it was written, by column;
    null if the list does not have the row any more, and only what a person said of it is kept. ``held``: a person said
    which album it is of.
    """

    __tablename__ = "entries"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(Text, unique=True)
    place: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str | None] = mapped_column(String(16))
    position: Mapped[int]
    label: Mapped[str | None] = mapped_column(Text)
    catalogue_number: Mapped[str | None] = mapped_column(Text)
    format: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None]
    release_id: Mapped[str | None] = mapped_column(Text)
    cells: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    album: Mapped[Album] = relationship(back_populates="entries")
    statements: Mapped[list["Statement"]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", passive_deletes=True
    )


class AlbumList(Base):
    """A list that an album is on, as it follows from the statements on it."""

    __tablename__ = "album_lists"

    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True, index=True)


class Statement(Base):
    """What one source says of the cover at one path, or of an entry in a list. Null says nothing; a person's empty
    title or artist, or year 0, says that there is none.

    ``group`` is the hash of what the covers of one album have in common for the source, ``outside_id`` the id that
    another catalogue knows the album by, ``names`` the hash of artist and title: by these three, albums are found.
    ``barcode`` has the 13 digits of the pressing's.
    ``genres`` are folded, in the source's order; ``lists`` says which lists the album is on, or is not on."""

    __tablename__ = "statements"
    __table_args__ = (CheckConstraint("(cover_id IS NULL) <> (entry_id IS NULL)", name="of_one"),)

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("covers.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    artist: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None]
    side: Mapped[str | None] = mapped_column(String(8))
    genres: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    extra: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    group: Mapped[str | None] = mapped_column(String(32), index=True)
    outside_id: Mapped[str | None] = mapped_column(String(80), index=True)
    names: Mapped[str | None] = mapped_column(String(32), index=True)
    barcode: Mapped[str | None] = mapped_column(String(13), index=True)
    lists: Mapped[dict[str, bool] | None] = mapped_column(JSON(none_as_null=True))
    cover: Mapped[Cover | None] = relationship(back_populates="statements")
    entry: Mapped[Entry | None] = relationship(back_populates="statements")


class Regrouped(Base):
    """How a cover or entry was before a person made albums one (``deed`` is merge) or two (split), to take that back.

    ``album_id`` is the album that the deed ended, or made; ``was_in`` where the cover was before, null if it stayed;
    ``words`` what a person said of it, if that was changed; ``kept_names``: these were kept as its earlier names. The
    rows of a cover are a stack, the last deed on top. Neither id is a foreign key, because albums come and go; no other
    album ever gets their ids.
    """

    __tablename__ = "regrouped"
    __table_args__ = (
        CheckConstraint("(cover_id IS NULL) <> (entry_id IS NULL)", name="of_one"),
        Index(None, "album_id", "deed"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    album_id: Mapped[int] = mapped_column(BigInteger)
    deed: Mapped[str] = mapped_column(String(8))
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("covers.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    was_in: Mapped[int | None] = mapped_column(BigInteger)
    held: Mapped[bool]
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    kept_names: Mapped[bool] = mapped_column(default=False, server_default=false())
    cover: Mapped[Cover | None] = relationship()
    entry: Mapped[Entry | None] = relationship()

    @property
    def member(self) -> Cover | Entry:
        """What it is about."""
        return self.cover or self.entry  # type: ignore[return-value]


class OwnColumn(Base):
    """A further column of tables that was declared, so that filters may ask for its values; ``name`` as ``Cover.extra``
    has it. Ids are never used again."""

    __tablename__ = "own_columns"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(16))


class ColumnValue(Base):
    """A value of a declared column, for filters. The truth is what sources say (``Statement.extra``), and from
    that ``Cover.extra``; whenever that changes, these rows follow in the same flush."""

    __tablename__ = "column_values"
    __table_args__ = (Index(None, "column_id", "folded", "cover_id"), Index(None, "column_id", "number", "cover_id"))

    cover_id: Mapped[int] = mapped_column(
        _Key, ForeignKey("covers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    column_id: Mapped[int] = mapped_column(
        _Key, ForeignKey("own_columns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    said: Mapped[str] = mapped_column(Text)
    folded: Mapped[str | None] = mapped_column(_ByBytes)
    number: Mapped[float | None] = mapped_column(Double)


def write_values(connection: Connection, columns: Iterable[OwnColumn], covers: Mapping[int, Mapping[str, str]]) -> None:
    """Write the values of these columns for covers, given what is said of each; a cell of another kind has none."""
    rows = [
        {
            "cover_id": cover_id,
            "column_id": column.id,
            "position": position,
            "said": value.said,
            "folded": value.folded,
            "number": value.number,
        }
        for column in columns
        for cover_id, extra in covers.items()
        for position, value in enumerate(_values(column, extra))
    ]
    if rows:
        connection.execute(insert(ColumnValue), rows)


def _values(column: OwnColumn, extra: Mapping[str, str]) -> list[Value]:
    if column.name not in extra:
        return []
    try:
        return values_of(ColumnKind(column.kind), extra[column.name])
    except ValueError:
        return []


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: UOWTransaction) -> None:
    """Bring the values up to date with what was written of covers, whoever wrote it."""
    covers = [one for one in session.dirty if isinstance(one, Cover) and inspect(one).attrs.extra.history.has_changes()]
    new = [one for one in session.new if isinstance(one, Cover) and one.extra]
    if not covers and not new:
        return
    with session.no_autoflush:
        columns = session.scalars(select(OwnColumn)).all()
    if not columns:
        return
    connection = session.connection()
    if covers:
        connection.execute(delete(ColumnValue).where(ColumnValue.cover_id.in_([one.id for one in covers])))
    write_values(connection, columns, {one.id: one.extra for one in (*covers, *new)})


class CoverLink(Base):
    """Two front covers, the older one first, and whether they show the same artwork: their pixels say so, whichever
    bundle proposed them, or a person says whether they do (``by_hand``)."""

    __tablename__ = "cover_links"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("covers.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("covers.id", ondelete="CASCADE"), primary_key=True, index=True)
    same: Mapped[bool] = mapped_column(default=True, server_default=true())
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())


class CoverText(Base):
    """The text of a cover, read by the reader with this fingerprint; a cover without text has no ``lines``.
    ``letters`` is what is searched for words."""

    __tablename__ = "texts"

    cover_id: Mapped[int] = mapped_column(
        _Key, ForeignKey("covers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    reader: Mapped[str] = mapped_column(String(64))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    letters: Mapped[str | None] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Moment, default=_now)


class Genre(Base):
    """A genre by its folded name."""

    __tablename__ = "genres"

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)


class AlbumGenre(Base):
    """A label: this source says that this album is of this genre. ``position`` is its place in the source's list: 0 is
    the album's main genre."""

    __tablename__ = "album_genres"

    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genres.id"), primary_key=True, index=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    genre: Mapped[Genre] = relationship(lazy="joined")


class File(Base):
    """How a file that was offered to the catalogue ended: one row a path, the last outcome; of a rejected one also the
    place of the source that offered it. ``version`` is the mark of the object with this content, in object storage."""

    __tablename__ = "files"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[str | None] = mapped_column(String(32))
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("covers.id", ondelete="SET NULL"), index=True)
    source: Mapped[str | None] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=_now, onupdate=_now)

    cover: Mapped["Cover | None"] = relationship()


class Lease(Base):
    """A cover that a process (``holder``) works on until a moment, or that failed and that nobody tries before then;
    in seconds since 1970, by the database's clock. It counts while the cover has the content that it had."""

    __tablename__ = "leases"

    cover_id: Mapped[int] = mapped_column(
        _Key, ForeignKey("covers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(64))
    until_s: Mapped[float] = mapped_column(Double)


class RemovedFile(Base):
    """A picture at a path that a person removed; it is left out when its file is added again."""

    __tablename__ = "removed_files"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class OtherFilesRow(Base):
    """How many files of a kind, which are not covers, a folder, archive or table holds."""

    __tablename__ = "other_files"

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    files: Mapped[int] = mapped_column(BigInteger)


class RegisteredBundle(Base):
    """A bundle whose vectors the database holds or held; without a model they were made elsewhere."""

    __tablename__ = "bundles"

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Text)
    dimension: Mapped[int]
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    has_model: Mapped[bool] = mapped_column(default=True, server_default=true())
    registered_at: Mapped[datetime] = mapped_column(Moment, default=_now)


class Vector(Base):
    """The embedding of a cover by a bundle: little-endian fp16, L2-normalised. Ids are never used again."""

    __tablename__ = "vectors"
    __table_args__ = (
        UniqueConstraint("cover_id", "bundle_id"),
        # Asked before every search: the vectors of a bundle past an id.
        Index("ix_vectors_bundle_id_id", "bundle_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    cover_id: Mapped[int] = mapped_column(ForeignKey("covers.id", ondelete="CASCADE"))
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id", ondelete="CASCADE"))
    embedding: Mapped[bytes] = mapped_column(LargeBinary)


_STORED = np.dtype("<f2")


def packed(vector: NDArray[np.floating]) -> bytes:
    """A (d,) vector as ``Vector.embedding`` keeps it."""
    return vector.astype(_STORED).tobytes()


def unpacked(embeddings: Sequence[bytes], dimension: int) -> NDArray[np.float16]:
    """(n, dimension) of n embeddings, read-only."""
    return np.frombuffer(b"".join(embeddings), _STORED).reshape(len(embeddings), dimension)


class GenreModelRow(Base):
    """A head, a text opinion and their calibration, fitted to the labels of a moment; the newest of a bundle is the one
    that answers. ``text_opinion`` is null if too few covers had been read."""

    __tablename__ = "genre_models"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id", ondelete="CASCADE"), index=True)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    calibration: Mapped[bytes] = mapped_column(LargeBinary)
    text_opinion: Mapped[bytes | None] = mapped_column(LargeBinary)
    metrics: Mapped[dict[str, float]] = mapped_column(JSON)
    fitted_at: Mapped[datetime] = mapped_column(Moment, default=_now)


class IndexVersion(Base):
    """A built index. At most one of a home is live; promotion moves the mark in one transaction.

    ``owner`` is the id of the home that has its files; empty for versions from before homes had ids.
    """

    __tablename__ = "index_versions"
    __table_args__ = (
        Index("uq_index_versions_live", "owner", unique=True, sqlite_where=text("live"), postgresql_where=text("live")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    owner: Mapped[str] = mapped_column(String(32), server_default="")
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id", ondelete="CASCADE"), index=True)
    folder: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    count: Mapped[int] = mapped_column(BigInteger)
    recall: Mapped[float]
    live: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=_now)


class Changes(Base):
    """One row with a number that every change of what answers show moves, in its transaction: triggers see to it, so
    nobody can forget to. Which tables they watch is in the migration."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


for _searched in (Album, CoverText):
    # SQLite has a table of its own for this, which triggers keep up to date: see the migration.
    Index(
        f"ix_{_searched.__tablename__}_letters",
        _searched.letters,
        postgresql_using="gin",
        postgresql_ops={"letters": "gin_trgm_ops"},
        # Else every search reads through what was added last, up to 4 MB.
        postgresql_with={"fastupdate": False},
    ).ddl_if(dialect="postgresql")
