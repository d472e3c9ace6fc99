"""Names as they are compared now: NFKC, case, hyphens and apostrophes folded. Genres that become one keep one row."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROWS = 10_000
_LONGEST = 500
_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
}


def upgrade() -> None:
    names = ("artist", "title")
    albums = sa.table("albums", *(sa.column(name) for name in ("id", *names, *(f"{name}_folded" for name in names))))
    connection, after = op.get_bind(), 0
    page = sa.select(albums).order_by(albums.c.id).limit(_ROWS)
    fill = (
        sa.update(albums)
        .where(albums.c.id == sa.bindparam("of"))
        .values(artist_folded=sa.bindparam("by"), title_folded=sa.bindparam("called"))
    )
    while rows := connection.execute(page.where(albums.c.id > after)).all():
        changed = [
            {"of": row.id, "by": _folded(row.artist or "") or None, "called": _folded(row.title or "") or None}
            for row in rows
            if any(name and not name.isascii() for name in (row.artist, row.title))
        ]
        if changed:
            connection.execute(fill, changed)
        after = rows[-1].id
    _fold_genres(connection)


def downgrade() -> None:
    """What is compared is folded further; names as written are as they were."""


def _fold_genres(connection: sa.Connection) -> None:
    genres = sa.table("genres", sa.column("id"), sa.column("name"))
    labels = sa.table("album_genres", *(sa.column(name) for name in ("album_id", "genre_id", "source")))
    kept: dict[str, int] = {}
    # Those whose names stay come first, so that no two rows ever have one name.
    found = connection.execute(sa.select(genres).order_by(genres.c.id)).all()
    for row in sorted(found, key=lambda row: _folded(row.name) != row.name):
        name = _folded(row.name)
        if name not in kept:
            kept[name] = row.id
            if name != row.name:
                connection.execute(sa.update(genres).where(genres.c.id == row.id).values(name=name))
            continue
        other = sa.alias(labels)
        there = sa.exists().where(
            other.c.album_id == labels.c.album_id,
            other.c.source == labels.c.source,
            other.c.genre_id == kept[name],
        )
        of_it = labels.c.genre_id == row.id
        connection.execute(sa.delete(labels).where(of_it, there))
        connection.execute(sa.update(labels).where(of_it).values(genre_id=kept[name]))
        connection.execute(sa.delete(genres).where(genres.c.id == row.id))


def _folded(name: str) -> str:
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.translate(_ALIKE)).casefold())
        name = name.replace("i\u0307", "i")
    return " ".join(name.casefold().split())[:_LONGEST].rstrip()
