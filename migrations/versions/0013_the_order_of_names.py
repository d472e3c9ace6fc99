"""What titles and artists are sorted by: the same order on every database."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ROWS = 10_000
_LONGEST = 500
_BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SPELT = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_COLUMNS = ("artist", "title")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("albums", sa.Column(f"{name}_order", _BY_BYTES, nullable=True))
    known: list[sa.ColumnClause[str | None]] = [
        sa.column(part) for name in _COLUMNS for part in (f"{name}_folded", f"{name}_order")
    ]
    albums = sa.table("albums", sa.column("id"), *known)
    fill = sa.update(albums).where(albums.c.id == sa.bindparam("of"))
    fill = fill.values(artist_order=sa.bindparam("by"), title_order=sa.bindparam("called"))
    connection, after = op.get_bind(), 0
    page = sa.select(albums).order_by(albums.c.id).limit(_ROWS)
    while rows := connection.execute(page.where(albums.c.id > after)).all():
        keys = [{"of": row.id, "by": _order(row.artist_folded), "called": _order(row.title_folded)} for row in rows]
        connection.execute(fill, keys)
        after = rows[-1].id
    for name in _COLUMNS:
        op.create_index(op.f(f"ix_albums_{name}_order"), "albums", [f"{name}_order"], unique=False)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_index(op.f(f"ix_albums_{name}_order"), table_name="albums")
        op.drop_column("albums", f"{name}_order")


def _order(folded: str | None) -> str | None:
    if not folded:
        return None
    plain = unicodedata.normalize("NFKD", folded).translate(_SPELT)
    bare = (character for character in plain if not unicodedata.combining(character))
    words = "".join(character if character.isalnum() else " " if character.isspace() else "" for character in bare)
    return " ".join(words.split())[:_LONGEST].rstrip() or folded
