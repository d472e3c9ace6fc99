"""The text on covers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("cover_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_texts_cover_id_covers"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cover_id", name=op.f("pk_texts")),
    )


def downgrade() -> None:
    op.drop_table("texts")
