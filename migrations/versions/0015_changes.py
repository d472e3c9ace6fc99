"""A number that every change of what answers show moves, whoever makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WATCHED = (
    *("albums", "covers", "genres", "album_genres", "cover_links", "vectors"),
    *("bundles", "index_versions", "genre_models"),
)


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO changes (id, number) VALUES (1, 1)")
    move = "UPDATE changes SET number = number + 1"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {move}; RETURN NULL; END $$"
        )
        for table in _WATCHED:
            op.execute(
                f"CREATE TRIGGER {table}_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION count_change()"
            )
    else:
        for table in _WATCHED:
            for change in ("insert", "update", "delete"):
                op.execute(f"CREATE TRIGGER {table}_changes_{change} AFTER {change} ON {table} BEGIN {move}; END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _WATCHED:
            op.execute(f"DROP TRIGGER {table}_changes ON {table}")
        op.execute("DROP FUNCTION count_change()")
    else:
        for table in _WATCHED:
            for change in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_changes_{change}")
    op.drop_table("changes")
