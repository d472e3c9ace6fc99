"""The catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "albums",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("artist", sa.Text(), nullable=True),
        sa.Column("artist_folded", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        sa.UniqueConstraint("identity", name=op.f("uq_albums_identity")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_albums_artist_folded"), "albums", ["artist_folded"], unique=False)
    op.create_index(op.f("ix_albums_year"), "albums", ["year"], unique=False)
    op.create_table(
        "bundles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bundles_fingerprint")),
    )
    op.create_table(
        "genres",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("name", name=op.f("uq_genres_name")),
    )
    op.create_table(
        "album_genres",
        sa.Column("album_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("genre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_album_genres_album_id_albums"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["genre_id"], ["genres.id"], name=op.f("fk_album_genres_genre_id_genres")),
        sa.PrimaryKeyConstraint("album_id", "genre_id", "source", name=op.f("pk_album_genres")),
    )
    op.create_index(op.f("ix_album_genres_genre_id"), "album_genres", ["genre_id"], unique=False)
    op.create_table(
        "covers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("album_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_covers_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
        sa.UniqueConstraint("path", name=op.f("uq_covers_path")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_covers_album_id"), "covers", ["album_id"], unique=False)
    op.create_index(op.f("ix_covers_content_hash"), "covers", ["content_hash"], unique=False)
    op.create_table(
        "index_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("recall", sa.Double(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundles.id"], name=op.f("fk_index_versions_bundle_id_bundles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_versions")),
        sa.UniqueConstraint("folder", name=op.f("uq_index_versions_folder")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_index_versions_bundle_id"), "index_versions", ["bundle_id"], unique=False)
    op.create_index(
        "uq_index_versions_live",
        "index_versions",
        ["live"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "files",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("cover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_files_cover_id_covers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_cover_id"), "files", ["cover_id"], unique=False)
    op.create_index(op.f("ix_files_outcome"), "files", ["outcome"], unique=False)
    op.create_table(
        "vectors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundles.id"], name=op.f("fk_vectors_bundle_id_bundles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["covers.id"], name=op.f("fk_vectors_cover_id_covers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vectors")),
        sa.UniqueConstraint("cover_id", "bundle_id", name=op.f("uq_vectors_cover_id_bundle_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_vectors_bundle_id"), "vectors", ["bundle_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_vectors_bundle_id"), table_name="vectors")
    op.drop_table("vectors")
    op.drop_index(op.f("ix_files_outcome"), table_name="files")
    op.drop_index(op.f("ix_files_cover_id"), table_name="files")
    op.drop_table("files")
    op.drop_index(
        "uq_index_versions_live",
        table_name="index_versions",
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.drop_index(op.f("ix_index_versions_bundle_id"), table_name="index_versions")
    op.drop_table("index_versions")
    op.drop_index(op.f("ix_covers_content_hash"), table_name="covers")
    op.drop_index(op.f("ix_covers_album_id"), table_name="covers")
    op.drop_table("covers")
    op.drop_index(op.f("ix_album_genres_genre_id"), table_name="album_genres")
    op.drop_table("album_genres")
    op.drop_table("genres")
    op.drop_table("bundles")
    op.drop_index(op.f("ix_albums_year"), table_name="albums")
    op.drop_index(op.f("ix_albums_artist_folded"), table_name="albums")
    op.drop_table("albums")
