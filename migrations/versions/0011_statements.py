"""What each source says of each cover, from which albums follow; and what a person decides."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROWS = 2000
_LONGEST = 500
_EARLIER, _HAND = "earlier", "hand"
_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
}
_IDS = {
    "release group": ("musicbrainz_releasegroupid",),
    "master": ("discogs_master_id",),
    "release": ("musicbrainz_albumid",),
    "pressing": ("discogs_release_id",),
}

_ALBUMS = sa.table("albums", *(sa.column(name) for name in ("id", "artist", "title", "year", "identity")))
_COVERS = sa.table(
    "covers", *(sa.column(name) for name in ("id", "album_id", "side", "path")), sa.column("extra", sa.JSON)
)
_FILES = sa.table("files", sa.column("path"), sa.column("cover_id"))
_GENRES = sa.table("genres", sa.column("id"), sa.column("name"))
_LABELS = sa.table("album_genres", *(sa.column(name) for name in ("album_id", "genre_id", "source")))
_STATEMENTS = sa.table(
    "statements",
    *(sa.column(name) for name in ("path", "source", "cover_id", "artist", "title", "year", "side")),
    *(sa.column(name, sa.JSON(none_as_null=True)) for name in ("genres", "extra")),
    *(sa.column(name) for name in ("group", "outside_id", "names")),
)


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("cover_id", _KEY, nullable=False),
        sa.Column("artist", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(length=8), nullable=True),
        sa.Column("genres", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("extra", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("group", sa.String(length=32), nullable=True),
        sa.Column("outside_id", sa.String(length=80), nullable=True),
        sa.Column("names", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_statements_cover_id_covers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("path", "source", name=op.f("pk_statements")),
    )
    for column in ("cover_id", "group", "outside_id", "names"):
        op.create_index(op.f(f"ix_statements_{column}"), "statements", [column], unique=False)
    op.add_column("covers", sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("cover_links", sa.Column("same", sa.Boolean(), server_default=sa.true(), nullable=False))
    connection = op.get_bind()
    _fill(connection)
    _forget_identity(connection)
    op.add_column("albums", sa.Column("unsettled", sa.Boolean(), server_default=sa.false(), nullable=False))
    where = sa.text("unsettled")
    op.create_index("ix_albums_unsettled", "albums", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise NotImplementedError("what an album is cannot be told from its names alone again; restore a backup")


def _forget_identity(connection: sa.Connection) -> None:
    """Statements take its place. SQLite copies the table; its triggers stay, and so does the highest id ever used."""
    last, triggers = None, []
    if connection.dialect.name == "sqlite":
        last = connection.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'albums'"))
        of_albums = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'albums'"
        triggers = list(connection.scalars(sa.text(of_albums)))
    with op.batch_alter_table("albums", table_kwargs={"sqlite_autoincrement": True}) as albums:
        albums.drop_constraint(op.f("uq_albums_identity"), type_="unique")
        albums.drop_column("identity")
    for trigger in triggers:
        connection.exec_driver_sql(trigger)
    if last is not None:
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'albums'"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('albums', :last)"), {"last": last})


def _fill(connection: sa.Connection) -> None:
    """Labels are statements of their sources. Whose word the names were is not known, but for those that a person gave:
    they are not the ones that made the album."""
    after = 0
    covers = (
        sa.select(_COVERS, *(_ALBUMS.c[name] for name in ("artist", "title", "year", "identity")))
        .join_from(_COVERS, _ALBUMS, _ALBUMS.c.id == _COVERS.c.album_id)
        .order_by(_COVERS.c.id)
        .limit(_ROWS)
    )
    while rows := connection.execute(covers.where(_COVERS.c.id > after)).all():
        labels = _labels(connection, [row.album_id for row in rows])
        copies = _copies(connection, [row.id for row in rows])
        said = [one for row in rows for one in _statements(row, labels[row.album_id], copies[row.id])]
        connection.execute(sa.insert(_STATEMENTS), said)
        after = rows[-1].id


def _labels(connection: sa.Connection, album_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Album → source → genres."""
    query = (
        sa.select(_LABELS.c.album_id, _LABELS.c.source, _GENRES.c.name)
        .join_from(_LABELS, _GENRES, _GENRES.c.id == _LABELS.c.genre_id)
        .where(_LABELS.c.album_id.in_(album_ids))
        .order_by(_GENRES.c.name)
    )
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query):
        found[row.album_id][row.source].append(row.name)
    return found


def _copies(connection: sa.Connection, cover_ids: Sequence[int]) -> dict[int, list[str]]:
    """Cover → the paths of its copies."""
    at_it = sa.alias(_COVERS)
    found: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_FILES.c.cover_id, _FILES.c.path).where(
            _FILES.c.cover_id.in_(cover_ids), ~sa.exists().where(at_it.c.path == _FILES.c.path)
        )
    ):
        found[row.cover_id].append(row.path)
    return found


def _statements(row: Any, labels: dict[str, list[str]], copies: Sequence[str]) -> list[dict[str, Any]]:
    named = row.artist and row.title
    by_hand = bool(named and row.identity != _hash("names", _old(row.artist), _old(row.title), str(row.year or "")))
    extra = row.extra or {}
    names = {"artist": row.artist, "title": row.title, "year": row.year}
    if named:
        names["names"] = _hash(_folded(row.artist), _folded(row.title))[:32]
    said: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    said[row.path, _HAND if by_hand else _EARLIER].update(names)
    ids = ((kind, extra.get(name)) for kind, names_of in _IDS.items() for name in names_of)
    outside = next((f"{kind}={value.strip().lower()}" for kind, value in ids if value), None)
    said[row.path, _EARLIER] |= {
        "side": row.side,
        "extra": extra or None,
        "group": _hash(_EARLIER, str(row.album_id))[:32],
        "outside_id": outside and outside[:80],
    }
    for source, genres in labels.items():
        for path in [row.path] if source == _HAND else [row.path, *copies]:
            said[path, source]["genres"] = genres
    empty = dict.fromkeys(column.name for column in _STATEMENTS.columns)
    return [empty | {"path": path, "source": source, "cover_id": row.id} | one for (path, source), one in said.items()]


def _hash(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()


def _old(name: str) -> str:
    """As names were compared when an album's identity was made."""
    return " ".join(name.casefold().split())[:_LONGEST]


def _folded(name: str) -> str:
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.translate(_ALIKE)).casefold())
        name = name.replace("i\u0307", "i")
    return " ".join(name.casefold().split())[:_LONGEST].rstrip()
