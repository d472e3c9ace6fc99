"""The text opinion of a genre model; one that was fitted before has none."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("genre_models", sa.Column("text_opinion", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("genre_models", "text_opinion")
