"""The order of an album's genres: the first that its source names is its main one."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COVERS = sa.table("covers", *(sa.column(name) for name in ("id", "album_id", "path")))
_GENRES = sa.table("genres", sa.column("id"), sa.column("name"))
_LABELS = sa.table("album_genres", *(sa.column(name) for name in ("album_id", "genre_id", "source", "position")))
_STATEMENTS = sa.table(
    "statements", *(sa.column(name) for name in ("path", "source", "cover_id")), sa.column("genres", sa.JSON())
)


def upgrade() -> None:
    op.add_column("album_genres", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
    connection = op.get_bind()
    several = sa.select(_LABELS.c.album_id).group_by(_LABELS.c.album_id).having(sa.func.count() > 1)
    said = _said(connection, several)
    labels = sa.select(_LABELS, _GENRES.c.name).join_from(_LABELS, _GENRES, _GENRES.c.id == _LABELS.c.genre_id)
    found = [
        {"of_album": row.album_id, "of_genre": row.genre_id, "of_source": row.source, "place": order[row.name]}
        for row in connection.execute(labels.where(_LABELS.c.album_id.in_(several)))
        for order in [said[row.album_id, row.source]]
        if row.name in order
    ]
    if found:
        at = (_LABELS.c.album_id == sa.bindparam("of_album")) & (_LABELS.c.genre_id == sa.bindparam("of_genre"))
        change = sa.update(_LABELS).where(at & (_LABELS.c.source == sa.bindparam("of_source")))
        connection.execute(change.values(position=sa.bindparam("place")), found)


def _said(connection: sa.Connection, albums: sa.Select[tuple[int]]) -> dict[tuple[int, str], dict[str, int]]:
    """Album and source → genre → place, as the statements on the album's covers have them, the oldest cover's first."""
    query = (
        sa.select(_STATEMENTS.c.source, _STATEMENTS.c.genres, _COVERS.c.album_id)
        .join_from(_STATEMENTS, _COVERS, _COVERS.c.id == _STATEMENTS.c.cover_id)
        .where(_COVERS.c.album_id.in_(albums))
        .order_by(_COVERS.c.id, _STATEMENTS.c.path != _COVERS.c.path, _STATEMENTS.c.path)
    )
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for source, genres, album_id in connection.execute(query):
        order = found[album_id, source]
        for genre in genres or ():
            order.setdefault(genre, len(order))
    return found


def downgrade() -> None:
    op.drop_column("album_genres", "position")
