"""Who works on which covers."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("cover_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_leases_cover_id_covers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cover_id", "task", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    op.drop_table("leases")
