"""PostgreSQL puts new names and texts in their place in the index of letters at once, not in a list that every search
has to read through."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INDEXES = ("ix_albums_letters", "ix_texts_letters")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for index in _INDEXES:
            op.execute(f"ALTER INDEX {index} SET (fastupdate = off)")
            op.execute(f"SELECT gin_clean_pending_list('{index}')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for index in _INDEXES:
            op.execute(f"ALTER INDEX {index} RESET (fastupdate)")
