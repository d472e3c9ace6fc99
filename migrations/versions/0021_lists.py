"""Lists without pictures: their rows, what is said of them, and which lists an album is on."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WATCHED = ("album_lists",)


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("album_id", _KEY, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("catalogue_number", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("release_id", sa.Text(), nullable=True),
        sa.Column("cells", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_entries_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("path", name=op.f("uq_entries_path")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entries_album_id"), "entries", ["album_id"])
    op.create_index(op.f("ix_entries_place"), "entries", ["place"])
    op.create_table(
        "album_lists",
        sa.Column("album_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_album_lists_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("album_id", "name", name=op.f("pk_album_lists")),
    )
    op.create_index(op.f("ix_album_lists_name"), "album_lists", ["name"])
    with op.batch_alter_table("statements") as statements:
        statements.alter_column("cover_id", existing_type=sa.BigInteger(), nullable=True)
        statements.add_column(sa.Column("entry_id", _KEY, nullable=True))
        statements.add_column(sa.Column("lists", sa.JSON(none_as_null=True), nullable=True))
        statements.create_foreign_key(
            op.f("fk_statements_entry_id_entries"), "entries", ["entry_id"], ["id"], ondelete="CASCADE"
        )
        statements.create_check_constraint(op.f("ck_statements_of_one"), "(cover_id IS NULL) <> (entry_id IS NULL)")
    op.create_index(op.f("ix_statements_entry_id"), "statements", ["entry_id"])
    _watch()


def _watch() -> None:
    """Let changes of the lists move the catalogue's state (0015)."""
    for table in _WATCHED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION count_change()"
            )
            continue
        for change in ("insert", "update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_changes_{change} AFTER {change} ON {table} "
                "BEGIN UPDATE changes SET number = number + 1; END"
            )


def downgrade() -> None:
    statements = sa.table("statements", sa.column("entry_id"))
    op.execute(sa.delete(statements).where(statements.c.entry_id.is_not(None)))
    op.drop_index(op.f("ix_statements_entry_id"), "statements")
    with op.batch_alter_table("statements") as changed:
        changed.drop_constraint(op.f("ck_statements_of_one"), type_="check")
        changed.drop_constraint(op.f("fk_statements_entry_id_entries"), type_="foreignkey")
        changed.drop_column("entry_id")
        changed.drop_column("lists")
        changed.alter_column("cover_id", existing_type=sa.BigInteger(), nullable=False)
    covers, albums = sa.table("covers", sa.column("album_id")), sa.table("albums", sa.column("id"))
    op.drop_table("album_lists")
    op.drop_table("entries")
    # Until here, every album had a cover.
    op.execute(sa.delete(albums).where(albums.c.id.not_in(sa.select(covers.c.album_id))))
