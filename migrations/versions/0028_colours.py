"""Where an album is in the order by colour; a change of its covers takes that away again."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_FORGET = "UPDATE albums SET colour = NULL WHERE colour IS NOT NULL AND id"
_WHEN = {
    "insert": ("INSERT", "= NEW.album_id"),
    "update": ("UPDATE OF album_id, side, content_hash", "IN (OLD.album_id, NEW.album_id)"),
    "delete": ("DELETE", "= OLD.album_id"),
}


def upgrade() -> None:
    op.add_column("albums", sa.Column("colour", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_albums_colour"), "albums", ["colour"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (when, albums) in _WHEN.items():
        forget = f"{_FORGET} {albums};"
        if not postgresql:
            op.execute(f"CREATE TRIGGER covers_colour_{name} AFTER {when} ON covers BEGIN {forget} END")
            continue
        op.execute(
            f"CREATE FUNCTION forget_colour_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {forget} RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER covers_colour_{name} AFTER {when} ON covers "
            f"FOR EACH ROW EXECUTE FUNCTION forget_colour_{name}()"
        )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in _WHEN:
        op.execute(f"DROP TRIGGER covers_colour_{name}" + (" ON covers" if postgresql else ""))
        if postgresql:
            op.execute(f"DROP FUNCTION forget_colour_{name}()")
    op.drop_index(op.f("ix_albums_colour"), "albums")
    op.drop_column("albums", "colour")
