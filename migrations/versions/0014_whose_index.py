"""Which home an index version belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEX = "uq_index_versions_live"
_LIVE = sa.text("live")


def upgrade() -> None:
    op.add_column("index_versions", sa.Column("owner", sa.String(32), nullable=False, server_default=""))
    op.drop_index(_INDEX, table_name="index_versions")
    op.create_index(_INDEX, "index_versions", ["owner"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)


def downgrade() -> None:
    # Only one version can be live again: the newest. Homes without theirs build it anew.
    op.execute(sa.text("UPDATE index_versions SET live = (id = (SELECT max(id) FROM index_versions WHERE live))"))
    op.drop_index(_INDEX, table_name="index_versions")
    op.create_index(_INDEX, "index_versions", ["live"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)
    op.drop_column("index_versions", "owner")
