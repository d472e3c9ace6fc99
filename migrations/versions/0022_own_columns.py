"""Further columns of tables that are declared, and their values."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_WATCHED = ("own_columns", "column_values")


def upgrade() -> None:
    op.create_table(
        "own_columns",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_columns")),
        sa.UniqueConstraint("name", name=op.f("uq_own_columns_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "column_values",
        sa.Column("cover_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("column_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("folded", _BY_BYTES, nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_column_values_cover_id_covers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["column_id"], ["own_columns.id"], name=op.f("fk_column_values_column_id_own_columns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cover_id", "column_id", "position", name=op.f("pk_column_values")),
    )
    for value in ("folded", "number"):
        columns = ["column_id", value, "cover_id"]
        op.create_index(op.f(f"ix_column_values_{'_'.join(columns)}"), "column_values", columns, unique=False)
    # What answers show changes with them (see 0015).
    for table in _WATCHED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION count_change()"
            )
        else:
            for change in ("insert", "update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_changes_{change} AFTER {change} ON {table} "
                    "BEGIN UPDATE changes SET number = number + 1; END"
                )


def downgrade() -> None:
    op.drop_table("column_values")
    op.drop_table("own_columns")
