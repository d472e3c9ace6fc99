"""Titles as they are searched and sorted by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROWS = 10_000
_LONGEST = 500


def upgrade() -> None:
    op.add_column("albums", sa.Column("title_folded", sa.Text(), nullable=True))
    albums = sa.table("albums", sa.column("id"), sa.column("title"), sa.column("title_folded"))
    fill = sa.update(albums).where(albums.c.id == sa.bindparam("of")).values(title_folded=sa.bindparam("folded"))
    connection, after = op.get_bind(), 0
    titled = sa.select(albums.c.id, albums.c.title).where(albums.c.title.is_not(None)).order_by(albums.c.id)
    while rows := connection.execute(titled.where(albums.c.id > after).limit(_ROWS)).all():
        connection.execute(fill, [{"of": row.id, "folded": _folded(row.title)} for row in rows])
        after = rows[-1].id
    op.create_index(op.f("ix_albums_title_folded"), "albums", ["title_folded"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_albums_title_folded"), table_name="albums")
    op.drop_column("albums", "title_folded")


def _folded(title: str) -> str | None:
    return " ".join(title.casefold().split())[:_LONGEST] if title else None
