"""The vectors of a bundle past an id."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_vectors_bundle_id_id", "vectors", ["bundle_id", "id"], unique=False)
    op.drop_index(op.f("ix_vectors_bundle_id"), table_name="vectors")


def downgrade() -> None:
    op.create_index(op.f("ix_vectors_bundle_id"), "vectors", ["bundle_id"], unique=False)
    op.drop_index("ix_vectors_bundle_id_id", table_name="vectors")
