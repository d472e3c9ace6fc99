"""Whether a person said that two covers show the same artwork, or that they do not."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cover_links", sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Until now only a person could say that two do not.
    links = sa.table("cover_links", sa.column("same", sa.Boolean()), sa.column("by_hand", sa.Boolean()))
    op.execute(sa.update(links).where(links.c.same.is_(False)).values(by_hand=True))


def downgrade() -> None:
    op.drop_column("cover_links", "by_hand")
