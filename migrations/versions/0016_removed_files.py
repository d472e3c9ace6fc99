"""What a person removed, and what is therefore left out when it is added again."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_files",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("path", "content_hash", name=op.f("pk_removed_files")),
    )
    op.create_index(op.f("ix_removed_files_content_hash"), "removed_files", ["content_hash"], unique=False)


def downgrade() -> None:
    op.drop_table("removed_files")
