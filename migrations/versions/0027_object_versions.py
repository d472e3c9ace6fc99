"""Which version of an object a file's content is of."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("version", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("files", "version")
