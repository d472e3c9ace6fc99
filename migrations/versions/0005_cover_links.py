"""Links between covers that show one artwork."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("covers", sa.Column("compared", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "cover_links",
        sa.Column("first_id", _KEY, nullable=False),
        sa.Column("second_id", _KEY, nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_cover_links_in_order")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["covers.id"], name=op.f("fk_cover_links_first_id_covers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["covers.id"], name=op.f("fk_cover_links_second_id_covers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_cover_links")),
    )
    op.create_index(op.f("ix_cover_links_second_id"), "cover_links", ["second_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_cover_links_second_id"), table_name="cover_links")
    op.drop_table("cover_links")
    op.drop_column("covers", "compared")
