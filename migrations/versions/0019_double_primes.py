"""Names with a ″ (as in 12″), and few others, are compared with a plain apostrophe or hyphen, as all others are."""

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
_FOLDED = ("artist_folded", "title_folded")
_ALBUMS = sa.table("albums", *(sa.column(name) for name in ("id", *_FOLDED)))
_STATEMENTS = sa.table(
    "statements", *(sa.column(name) for name in ("path", "source", "cover_id", "artist", "title", "names"))
)
_COVERS = sa.table("covers", sa.column("id"), sa.column("album_id"))


def upgrade() -> None:
    for name in _FOLDED:
        column = _ALBUMS.c[name]
        mended: sa.ColumnElement[str] = column
        for left, plain in _LEFT.items():
            mended = sa.func.replace(mended, left, plain)
        op.execute(sa.update(_ALBUMS).where(_holds(column, "".join(_LEFT))).values({name: mended}))
    connection = op.get_bind()
    said = sa.select(_STATEMENTS.c.path, _STATEMENTS.c.source, _ALBUMS.c.artist_folded, _ALBUMS.c.title_folded)
    said = said.join_from(_STATEMENTS, _COVERS, _COVERS.c.id == _STATEMENTS.c.cover_id)
    said = said.join(_ALBUMS, _ALBUMS.c.id == _COVERS.c.album_id).where(_STATEMENTS.c.names.is_not(None))
    written = sa.or_(*(_holds(_STATEMENTS.c[name], _WRITTEN) for name in ("artist", "title")))
    for row in connection.execute(said.where(written)).all():
        # By this key albums are found that a cover may be of; whether it is, their names decide.
        key = sha256(f"{row.artist_folded}\x1f{row.title_folded}".encode()).hexdigest()[:32]
        here = (_STATEMENTS.c.path == row.path) & (_STATEMENTS.c.source == row.source)
        connection.execute(sa.update(_STATEMENTS).where(here).values(names=key))


def _holds(column: sa.ColumnClause[str], characters: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(column.contains(character) for character in characters))


def downgrade() -> None:
    """Older builds compare such names by themselves."""
