"""How albums were before a person made them one or two, to take that back."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "regrouped",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("album_id", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(length=8), nullable=False),
        sa.Column("cover_id", _KEY, nullable=True),
        sa.Column("entry_id", _KEY, nullable=True),
        sa.Column("was_in", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("kept_names", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("(cover_id IS NULL) <> (entry_id IS NULL)", name=op.f("ck_regrouped_of_one")),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_regrouped_cover_id_covers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_regrouped_entry_id_entries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrouped")),
        sqlite_autoincrement=True,
    )
    for columns in (["album_id", "deed"], ["cover_id"], ["entry_id"]):
        op.create_index(op.f(f"ix_regrouped_{'_'.join(columns)}"), "regrouped", columns)


def downgrade() -> None:
    op.drop_table("regrouped")
