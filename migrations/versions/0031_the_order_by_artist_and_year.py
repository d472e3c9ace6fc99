"""What titles and artists are sorted by: without articles, and the albums of an artist by year."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ROWS = 10_000
_LONGEST = 500
_SPELT = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_ARTICLES = ("the ", "a ", "an ")


def upgrade() -> None:
    _fill(with_articles=False, with_years=True)


def downgrade() -> None:
    _fill(with_articles=True, with_years=False)


def _fill(*, with_articles: bool, with_years: bool) -> None:
    names = ("artist_folded", "title_folded", "artist_order", "title_order", "year")
    columns: list[sa.ColumnClause[str | None]] = [sa.column(name) for name in names]
    albums = sa.table("albums", sa.column("id"), *columns)
    fill = sa.update(albums).where(albums.c.id == sa.bindparam("of"))
    fill = fill.values(artist_order=sa.bindparam("by"), title_order=sa.bindparam("called"))
    connection, after = op.get_bind(), 0
    page = sa.select(albums).order_by(albums.c.id).limit(_ROWS)
    while rows := connection.execute(page.where(albums.c.id > after)).all():
        keys = []
        for row in rows:
            artist = _order(row.artist_folded, with_articles)
            if artist is not None and with_years:
                artist += f"\x1f{row.year:04}" if row.year else "\x1f~"
            keys.append({"of": row.id, "by": artist, "called": _order(row.title_folded, with_articles)})
        connection.execute(fill, keys)
        after = rows[-1].id


def _order(folded: str | None, with_articles: bool) -> str | None:
    if not folded:
        return None
    plain = unicodedata.normalize("NFKD", folded).translate(_SPELT)
    bare = (character for character in plain if not unicodedata.combining(character))
    words = "".join(character if character.isalnum() else " " if character.isspace() else "" for character in bare)
    key = " ".join(words.split())[:_LONGEST].rstrip()
    article = next((article for article in _ARTICLES if key.startswith(article)), "")
    return (key if with_articles else key.removeprefix(article)) or folded
