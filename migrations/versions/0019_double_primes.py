"""Names with a ″ (as in 12″), and few others, are compared with a plain apostrophe or hyphen, as all others are."""

import unicodedata
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_LEFT = {"\u2032": "'", "\u02b9": "'", "\u02bc": "'", "\u2212": "-", "\u2013": "-", "\u2014": "-"}
"""What was left in folded names of the characters below, and what it should have become."""

_WRITTEN = "\u0149\u0374\u2033\u2034\u2057\u207b\u208b\ufe31\ufe32"
_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
}
_LONGEST = 500
_ALBUMS = sa.table("albums", *(sa.column(name) for name in ("artist_folded", "title_folded")))
_STATEMENTS = sa.table("statements", *(sa.column(name) for name in ("path", "source", "artist", "title", "names")))


def upgrade() -> None:
    for column in _ALBUMS.c:
        mended: sa.ColumnElement[str] = column
        for left, plain in _LEFT.items():
            mended = sa.func.replace(mended, left, plain)
        op.execute(sa.update(_ALBUMS).where(_holds(column, "".join(_LEFT))).values({column.name: mended}))
    connection = op.get_bind()
    written = sa.or_(*(_holds(_STATEMENTS.c[name], _WRITTEN) for name in ("artist", "title")))
    for row in connection.execute(sa.select(_STATEMENTS).where(_STATEMENTS.c.names.is_not(None), written)).all():
        key = sha256("\x1f".join(map(_folded, (row.artist, row.title))).encode()).hexdigest()[:32]
        here = (_STATEMENTS.c.path == row.path) & (_STATEMENTS.c.source == row.source)
        connection.execute(sa.update(_STATEMENTS).where(here).values(names=key))


def _folded(name: str) -> str:
    """As names are compared from here on."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.translate(_ALIKE)).casefold())
    return " ".join(name.translate(_ALIKE).replace("i\u0307", "i").casefold().split())[:_LONGEST].rstrip()


def _holds(column: sa.ColumnClause[str], characters: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(column.contains(character) for character in characters))


def downgrade() -> None:
    """Older builds compare such names by themselves."""
