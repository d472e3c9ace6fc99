"""What sources met besides covers, and which source offered a rejected file."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "other_files",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", "kind", name=op.f("pk_other_files")),
    )
    op.add_column("files", sa.Column("source", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("files", "source")
    op.drop_table("other_files")
